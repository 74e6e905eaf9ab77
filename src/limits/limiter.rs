//! Who has asked how often lately.
//!
//! Each subject has a bucket for each class, which a request takes from and time fills (GCRA).
//! **At most [`MOST`] buckets are kept**, and none that nobody has asked for longer than it takes
//! to fill: it is full, and a new one is the same.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, InvalidHeaderValue};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use super::{Class, Subject};
use crate::config::{LimitsConfig, Networks, Rate};
use crate::http::problem::Problem;

/// How many buckets are kept at most. Where more subjects ask at once, those who have not asked
/// for longest begin anew.
pub const MOST: u64 = 100_000;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STANDING: HeaderName = HeaderName::from_static("ratelimit");

type Bucket = RateLimiter<NotKeyed, InMemoryState, DefaultClock, StateInformationMiddleware>;

/// The limits, and who has asked how often. All workers share one.
#[derive(Debug)]
pub struct Limiter {
    read: Rate,
    write: Rate,
    import: Rate,
    proxies: Networks,
    buckets: Cache<(Class, Subject), Arc<Bucket>>,
    clock: DefaultClock,
}

/// Whether a request may be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// There is no limit.
    Unlimited,
    /// It may.
    Allowed(Standing),
    /// Not before this many seconds have passed.
    Refused(Standing, u64),
}

/// How much of a limit is left to a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    class: Class,
    requests: NonZeroU32,
    seconds: NonZeroU32,
    left: u32,
}

impl Limiter {
    /// Nobody has asked yet.
    pub fn new(config: &LimitsConfig) -> Self {
        let (read, write, import) =
            (config.rate_limit_read, config.rate_limit_write, config.rate_limit_import);
        let longest = [read, write, import].map(Rate::window).into_iter().max();
        let buckets = Cache::builder()
            .max_capacity(MOST)
            .eviction_policy(EvictionPolicy::lru())
            // A cache that forgets at once would not limit anything.
            .time_to_idle(longest.unwrap_or_default().max(Duration::from_secs(1)))
            .build();
        let (proxies, clock) =
            (config.trusted_proxies.clone().unwrap_or_default(), DefaultClock::default());
        Self { read, write, import, proxies, buckets, clock }
    }

    /// Counts a request, and says whether it may be answered.
    pub fn check(&self, class: Class, subject: Subject) -> Decision {
        let Rate::Of { requests, seconds } = self.rate(class) else { return Decision::Unlimited };
        let bucket =
            self.buckets.get_with((class, subject), || Arc::new(full_bucket(requests, seconds)));
        let standing = |left| Standing { class, requests, seconds, left };
        match bucket.check() {
            Ok(state) => Decision::Allowed(standing(state.remaining_burst_capacity())),
            Err(early) => {
                let wait = early.wait_time_from(self.clock.now());
                Decision::Refused(standing(0), in_seconds(wait))
            }
        }
    }

    /// How many buckets are kept.
    pub fn size(&self) -> u64 {
        self.buckets.run_pending_tasks();
        self.buckets.entry_count()
    }

    /// The proxies that are believed.
    pub(super) fn proxies(&self) -> &Networks {
        &self.proxies
    }

    fn rate(&self, class: Class) -> Rate {
        match class {
            Class::Read => self.read,
            Class::Write => self.write,
            Class::Import => self.import,
        }
    }
}

/// A bucket that nobody has taken from.
fn full_bucket(requests: NonZeroU32, seconds: NonZeroU32) -> Bucket {
    let refill = Duration::from_secs(seconds.get().into()) / requests.get();
    // Some nanoseconds at the least: no time at all would be no limit.
    let quota = Quota::with_period(refill).unwrap_or(Quota::per_second(requests));
    RateLimiter::direct(quota.allow_burst(requests)).with_middleware()
}

/// Rounded up: who comes a moment too early is refused again.
fn in_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

impl Decision {
    /// The answer to who asks too often.
    pub fn problem(self) -> Option<Problem> {
        match self {
            Self::Unlimited | Self::Allowed(_) => None,
            Self::Refused(standing, wait) => {
                let Standing { class, requests, seconds, .. } = standing;
                Some(Problem::too_many_requests(
                    format!(
                        "{requests} requests of the class `{}` are allowed in {seconds} seconds. \
                         Come again in {wait} seconds.",
                        class.name()
                    ),
                    wait,
                ))
            }
        }
    }

    /// Says in the headers of an answer what the limit is and how much of it is left.
    pub fn tell(self, headers: &mut HeaderMap) {
        let standing = match self {
            Self::Unlimited => return,
            Self::Allowed(standing) | Self::Refused(standing, _) => standing,
        };
        // Names and numbers always make a header.
        if let (Ok(policy), Ok(limit)) = (standing.policy(), standing.limit()) {
            headers.insert(POLICY, policy);
            headers.insert(STANDING, limit);
        }
    }
}

impl Standing {
    fn policy(self) -> Result<HeaderValue, InvalidHeaderValue> {
        let name = self.class.name();
        HeaderValue::try_from(format!("\"{name}\";q={};w={}", self.requests, self.seconds))
    }

    fn limit(self) -> Result<HeaderValue, InvalidHeaderValue> {
        let (name, left) = (self.class.name(), self.left);
        HeaderValue::try_from(format!("\"{name}\";r={left};t={}", self.until_full()))
    }

    /// How long it takes until all is there again, in seconds.
    fn until_full(self) -> u64 {
        let (requests, seconds) = (u64::from(self.requests.get()), u64::from(self.seconds.get()));
        let taken = requests.saturating_sub(self.left.into());
        (taken * seconds).div_ceil(requests)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use clap::Parser;

    use super::*;
    use crate::config::Config;

    fn limiter(settings: &[&str]) -> Limiter {
        let command = ["debatebase"].into_iter().chain(settings.iter().copied());
        Limiter::new(&Config::parse_from(command).server.limits)
    }

    fn address(number: u32) -> Subject {
        Subject::Address(IpAddr::V4(Ipv4Addr::from(number)))
    }

    #[test]
    fn a_million_addresses_fill_no_more_memory_than_is_set_aside() {
        let limiter = limiter(&["--rate-limit-read", "2/1000"]);
        let mut most = 0;
        for number in 0..1_000_000 {
            assert!(matches!(limiter.check(Class::Read, address(number)), Decision::Allowed(_)));
            // Somebody who asks all the time is not forgotten among them.
            if number % 1_000 == 0 {
                limiter.check(Class::Read, Subject::Key(uuid::Uuid::nil()));
                most = most.max(limiter.buckets.entry_count());
            }
        }

        // What waits to be put out is bounded, too.
        assert!(most <= MOST + 10_000, "{most}");
        assert!(limiter.size() <= MOST, "{}", limiter.size());
        let regular = limiter.check(Class::Read, Subject::Key(uuid::Uuid::nil()));
        assert!(matches!(regular, Decision::Refused(..)), "{regular:?}");
    }

    #[test]
    fn every_subject_and_every_class_has_a_bucket_of_its_own() {
        let limiter = limiter(&["--rate-limit-read", "1/1000", "--rate-limit-write", "1/1000"]);
        let is_allowed = |class, subject| limiter.check(class, subject).problem().is_none();

        assert!(is_allowed(Class::Read, address(1)));
        assert!(!is_allowed(Class::Read, address(1)));
        assert!(is_allowed(Class::Write, address(1)));
        assert!(is_allowed(Class::Read, address(2)));
        assert!(is_allowed(Class::Read, Subject::Key(uuid::Uuid::nil())));
    }

    #[test]
    fn what_is_off_is_not_counted() {
        let limiter = limiter(&["--rate-limit-read", "off"]);

        for _ in 0..10_000 {
            assert_eq!(limiter.check(Class::Read, address(1)), Decision::Unlimited);
        }
        assert_eq!(limiter.size(), 0);
    }

    #[test]
    fn what_is_left_is_told_in_the_form_of_the_draft() {
        let limiter = limiter(&["--rate-limit-read", "600/60"]);
        let mut headers = HeaderMap::new();

        limiter.check(Class::Read, address(1)).tell(&mut headers);

        assert_eq!(headers.get(&POLICY).unwrap(), "\"read\";q=600;w=60");
        assert_eq!(headers.get(&STANDING).unwrap(), "\"read\";r=599;t=1");
    }
}
