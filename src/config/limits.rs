//! The settings that bound what one client may ask of the service.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use ipnet::IpNet;

use super::seconds;

/// How much one client may ask for.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitsConfig {
    /// How many reads one client may make in how many seconds; or `off`.
    #[arg(
        long,
        env = "RATE_LIMIT_READ",
        global = true,
        value_name = "REQUESTS/SECONDS",
        default_value = "6000/60"
    )]
    pub rate_limit_read: Rate,

    /// How many changes one client may make in how many seconds; or `off`.
    #[arg(
        long,
        env = "RATE_LIMIT_WRITE",
        global = true,
        value_name = "REQUESTS/SECONDS",
        default_value = "600/60"
    )]
    pub rate_limit_write: Rate,

    /// How many imports one client may make in how many seconds; or `off`.
    #[arg(
        long,
        env = "RATE_LIMIT_IMPORT",
        global = true,
        value_name = "REQUESTS/SECONDS",
        default_value = "30/60"
    )]
    pub rate_limit_import: Rate,

    /// How long a client may take to send the head of a request, in seconds.
    #[arg(long, env = "HEADER_TIMEOUT", global = true, value_name = "SECONDS", default_value = "10", value_parser = seconds::<1>)]
    pub header_timeout: Duration,

    /// How long a client may take to send the body of a request, in seconds; less than
    /// `REQUEST_TIMEOUT`.
    #[arg(long, env = "BODY_TIMEOUT", global = true, value_name = "SECONDS", default_value = "40", value_parser = seconds::<1>)]
    pub body_timeout: Duration,

    /// How long a whole request may take, in seconds. The database gives up a statement after half
    /// of it, and waits for a lock for a quarter of it.
    #[arg(long, env = "REQUEST_TIMEOUT", global = true, value_name = "SECONDS", default_value = "60", value_parser = seconds::<1>)]
    pub request_timeout: Duration,

    /// How long an import waits for more of its file, in seconds. The file as a whole may take as
    /// long as it takes, if 16 KiB of it come in each such time.
    #[arg(long, env = "IMPORT_TIMEOUT", global = true, value_name = "SECONDS", default_value = "60", value_parser = seconds::<1>)]
    pub import_timeout: Duration,

    /// The largest file that an import takes, in bytes, counted as sent and as unpacked.
    #[arg(long, env = "IMPORT_LARGEST", global = true, value_name = "BYTES", default_value_t = 4_294_967_296,
          value_parser = clap::value_parser!(u64).range(1..))]
    pub import_largest: u64,

    /// The proxies whose `X-Forwarded-For` is believed: addresses or networks, with commas between
    /// them. Without any, a client's address is that of its connection.
    #[arg(long, env = "TRUSTED_PROXIES", global = true, value_name = "NETWORKS")]
    pub trusted_proxies: Option<Networks>,

    /// The origins whose pages may read and write from a browser, such as `https://example.org`, with
    /// commas between them. Without any, the pages of every origin may read.
    #[arg(long, env = "CORS_ORIGINS", global = true, value_name = "ORIGINS")]
    pub cors_origins: Option<Origins>,
}

impl LimitsConfig {
    /// Whether the settings go together.
    pub fn check(&self) -> Result<(), String> {
        if self.body_timeout < self.request_timeout {
            return Ok(());
        }
        Err("BODY_TIMEOUT must be less than REQUEST_TIMEOUT, of which it is a part.".to_owned())
    }
}

/// How many requests are allowed in how much time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    /// As many as come.
    Off,
    /// So many.
    Of {
        /// The requests.
        requests: NonZeroU32,
        /// The time, in seconds.
        seconds: NonZeroU32,
    },
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "off" {
            return Ok(Self::Off);
        }
        let number = |text: &str| text.parse().ok().filter(|n: &NonZeroU32| n.get() <= 1_000_000);
        text.split_once('/')
            .and_then(|(requests, seconds)| {
                Some(Self::Of { requests: number(requests)?, seconds: number(seconds)? })
            })
            .ok_or_else(|| {
                "must be requests per seconds, as in 600/60, each from 1 to 1000000; or `off`"
                    .to_owned()
            })
    }
}

impl Rate {
    /// The time that the requests are counted in.
    pub fn window(self) -> Duration {
        match self {
            Self::Off => Duration::ZERO,
            Self::Of { seconds, .. } => Duration::from_secs(seconds.get().into()),
        }
    }
}

/// Networks, by address and length of their prefix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Whether one of them has an address.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

impl FromStr for Networks {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let network = |text: &str| {
            let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_invalid| {
                format!("`{text}` is no address and no network such as 10.0.0.0/8")
            })
        };
        listed(text).map(network).collect::<Result<_, _>>().map(Self)
    }
}

/// Origins of pages: a scheme, a host, and a port if it is not the scheme's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins(Vec<String>);

impl Origins {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them, as a browser writes it.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl FromStr for Origins {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let origin = |text: &str| {
            let read = url::Url::parse(text).map(|url| url.origin().ascii_serialization());
            // A browser leaves out what goes without saying, and so must who means it.
            read.ok().filter(|origin| origin == text).ok_or_else(|| {
                format!(
                    "`{text}` is no origin such as https://example.org or http://localhost:3000"
                )
            })
        };
        listed(text).map(origin).collect::<Result<_, _>>().map(Self)
    }
}

/// The items of a list with commas. An empty setting has none.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_requests_per_seconds_or_off() {
        let rate = "600/60".parse::<Rate>();

        assert_eq!("off".parse(), Ok(Rate::Off));
        assert_eq!(rate.map(Rate::window), Ok(Duration::from_secs(60)));
        for wrong in ["", "600", "0/60", "600/0", "6e2/60", "-1/60", "1000001/1", "Off", "1/2/3"] {
            assert!(wrong.parse::<Rate>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn origins_are_as_a_browser_writes_them() {
        let origins: Origins = "https://example.org, http://localhost:3000".parse().unwrap();

        let all: Vec<&str> = origins.iter().collect();
        assert_eq!(all, ["https://example.org", "http://localhost:3000"]);
        for wrong in ["example.org", "https://example.org/", "https://example.org:443", "*", "null"]
        {
            assert!(wrong.parse::<Origins>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn proxies_are_addresses_and_networks() {
        let proxies: Networks = "10.0.0.0/8, 192.0.2.7,2001:db8::/32".parse().unwrap();

        for inside in ["10.1.2.3", "192.0.2.7", "2001:db8::1"] {
            assert!(proxies.contains(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["11.0.0.1", "192.0.2.8", "::1"] {
            assert!(!proxies.contains(outside.parse().unwrap()), "{outside}");
        }
        assert_eq!("".parse(), Ok(Networks::default()));
        assert!("10.0.0.0/33".parse::<Networks>().is_err());
        assert!("proxy.example".parse::<Networks>().is_err());
    }
}
