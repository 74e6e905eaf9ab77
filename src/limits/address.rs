//! Whose address a request comes from.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::http::header::HeaderMap;

use crate::config::Networks;

/// The client behind a peer. A trusted proxy says whom it asks for, each adding the address it was
/// asked from to the end of `X-Forwarded-For`; so the last address that is not a trusted proxy's
/// is the client's, and what stands before it anybody may have written.
pub(super) fn client(peer: IpAddr, headers: &HeaderMap, trusted: &Networks) -> IpAddr {
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let mut client = peer.to_canonical();
    for said in forwarded.into_iter().rev() {
        if !trusted.contains(client) {
            break;
        }
        // A proxy that writes no address is the last one that is known.
        let Some(address) = parse(said.trim()) else { break };
        client = address.to_canonical();
    }
    client
}

/// Some proxies add the port.
fn parse(said: &str) -> Option<IpAddr> {
    said.parse().ok().or_else(|| said.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

/// What is counted as one: an IPv4 address, but of IPv6 the /64 that one customer has at least.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let mut request = TestRequest::default();
        for value in forwarded {
            request = request.append_header(("x-forwarded-for", *value));
        }
        let trusted = "10.0.0.0/8,2001:db8::/32".parse().unwrap();
        let request = request.to_http_request();
        client(peer.parse().unwrap(), request.headers(), &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(seen("192.0.2.1", &["198.51.100.9"]), "192.0.2.1");
        assert_eq!(seen("10.0.0.1", &["198.51.100.9"]), "198.51.100.9");
        assert_eq!(seen("::ffff:10.0.0.1", &["198.51.100.9"]), "198.51.100.9");
        assert_eq!(seen("2001:db8::1", &["2001:db9::7"]), "2001:db9::7");
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn what_a_client_wrote_itself_is_not_believed() {
        assert_eq!(seen("10.0.0.1", &["1.1.1.1, 198.51.100.9, 10.0.0.2"]), "198.51.100.9");
        assert_eq!(seen("10.0.0.1", &["1.1.1.1", "198.51.100.9"]), "198.51.100.9");
        assert_eq!(seen("10.0.0.1", &["1.1.1.1, unknown, 10.0.0.2"]), "10.0.0.2");
        assert_eq!(seen("10.0.0.1", &["1.1.1.1, , "]), "10.0.0.1");
    }

    #[test]
    fn a_port_is_no_part_of_the_address() {
        assert_eq!(seen("10.0.0.1", &["198.51.100.9:4711"]), "198.51.100.9");
        assert_eq!(seen("10.0.0.1", &["[2001:db9::7]:4711"]), "2001:db9::7");
    }

    #[test]
    fn ipv6_is_counted_by_network_and_mapped_ipv4_as_ipv4() {
        let counted = |text: &str| network(text.parse().unwrap()).to_string();

        assert_eq!(counted("2001:db9:1:2:3:4:5:6"), "2001:db9:1:2::");
        assert_eq!(counted("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(counted("192.0.2.1"), "192.0.2.1");
    }
}
