//! What the program counts of itself, in the form that Prometheus reads (OpenMetrics).
//!
//! One value holds everything and is shared by cloning; there is no global registry.
//! **Every label has few values, and nobody outside chooses them**: a route is its pattern, never
//! the path that was asked for. `docs/operating.md` explains each metric.

mod labels;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Instant, SystemTime};

use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::config::COMMIT;

pub use self::labels::{CacheResult, ConnectionFailure, QuoteRefusal, Work};
use self::labels::{ConnectionState, Label, Operation, Outcome, Route, UNMATCHED, known_method};

/// The media type of [`Metrics::to_text`].
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The bounds of the histograms, in seconds: from a read of one row to what nobody should wait for.
const BOUNDS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Histograms by label.
type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// Everything that is counted.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Registry,
    requests: Family<Outcome, Counter>,
    request_duration: Histograms<Operation>,
    requests_in_flight: Gauge,
    response_body_bytes: Family<Route, Counter>,
    rate_limited: Family<Operation, Counter>,
    idempotent_replays: Counter,
    cache_requests: Family<Label, Counter>,
    cache_entries: Gauge,
    cache_bytes: Gauge,
    quotes_refused: Family<Label, Counter>,
    pool_max: Gauge,
    pool_connections: Family<Label, Gauge>,
    pool_waiting: Gauge,
    shared_connections: Gauge,
    database_duration: Histograms<Label>,
    database_wait: Histograms<Label>,
    connection_failures: Family<Label, Counter>,
}

/// What is counted of an answer.
#[derive(Debug)]
pub struct Answered<'a> {
    /// The pattern of its route; `None` if no route took the request.
    pub route: Option<String>,
    /// The method of the request.
    pub method: &'a str,
    /// The status of the answer.
    pub status: u16,
    /// When the request came.
    pub begun: Instant,
    /// The length of the body, before any compression.
    pub body_bytes: u64,
    /// Whether it is the kept answer to an earlier request.
    pub is_replayed: bool,
}

/// What counts the answers that a route gave before.
#[derive(Debug, Clone)]
pub struct HitMeter {
    whole: Counter,
    unchanged: Counter,
    duration: Histogram,
    body_bytes: Counter,
}

impl HitMeter {
    /// Counts such an answer, whole, or told to be unchanged.
    pub fn answered(&self, is_whole: bool, begun: Instant, body_bytes: u64) {
        let requests = if is_whole { &self.whole } else { &self.unchanged };
        requests.inc();
        self.duration.observe(begun.elapsed().as_secs_f64());
        self.body_bytes.inc_by(body_bytes);
    }
}

/// How the pool is at one moment.
#[derive(Debug, Clone, Copy)]
pub struct PoolState {
    /// How many connections it may have.
    pub max: usize,
    /// How many it has.
    pub size: usize,
    /// How many of those nobody uses.
    pub idle: usize,
    /// How many wait for one.
    pub waiting: usize,
}

impl Default for Metrics {
    fn default() -> Self {
        Self(Arc::new(Inner::new()))
    }
}

impl Metrics {
    /// Counts a request as being in flight until the guard is dropped.
    pub fn request_in_flight(&self) -> Held {
        Held::of(&self.0.requests_in_flight)
    }

    /// How many requests are in flight.
    pub fn requests_in_flight(&self) -> i64 {
        self.0.requests_in_flight.get()
    }

    /// Counts an answer.
    pub fn answered(&self, answered: Answered<'_>) {
        let Answered { route, method, status, begun, body_bytes, is_replayed } = answered;
        let route = route.unwrap_or_else(|| UNMATCHED.to_owned());
        let operation = Operation { route: route.clone(), method: known_method(method) };
        let outcome = Outcome { route: route.clone(), method: operation.method, status };
        self.0.requests.get_or_create(&outcome).inc();
        let seconds = begun.elapsed().as_secs_f64();
        self.0.request_duration.get_or_create(&operation).observe(seconds);
        self.0.response_body_bytes.get_or_create(&Route { route }).inc_by(body_bytes);
        if status == 429 {
            self.0.rate_limited.get_or_create(&operation).inc();
        }
        if is_replayed {
            self.0.idempotent_replays.inc();
        }
    }

    /// Counts what came of asking the cache for an answer.
    pub fn cache_asked(&self, result: CacheResult) {
        self.0.cache_requests.get_or_create(&result.label()).inc();
    }

    /// Tells how many answers are kept, and in how many bytes.
    pub fn cache_holds(&self, entries: u64, bytes: u64) {
        self.0.cache_entries.set(i64::try_from(entries).unwrap_or(i64::MAX));
        self.0.cache_bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    /// What counts the answers to GET that a route gave before, without looking for it each time.
    pub fn hits_of(&self, route: &str) -> HitMeter {
        let operation = Operation { route: route.to_owned(), method: "GET" };
        let outcome =
            |status| Outcome { route: route.to_owned(), method: operation.method, status };
        HitMeter {
            whole: self.0.requests.get_or_create_owned(&outcome(200)),
            unchanged: self.0.requests.get_or_create_owned(&outcome(304)),
            duration: self.0.request_duration.get_or_create_owned(&operation),
            body_bytes: self
                .0
                .response_body_bytes
                .get_or_create_owned(&Route { route: route.to_owned() }),
        }
    }

    /// Counts a quote that was refused.
    pub fn quote_refused(&self, reason: QuoteRefusal) {
        self.0.quotes_refused.get_or_create(&reason.label()).inc();
    }

    /// Measures how long a connection is held, until the guard is dropped.
    pub fn connection_held(&self, work: Work) -> Timer {
        let histogram = self.0.database_duration.get_or_create_owned(&work.label());
        Timer { histogram, since: Instant::now() }
    }

    /// Measures how long somebody waits for a connection, until the guard is dropped.
    pub fn connection_awaited(&self, work: Work) -> Timer {
        let histogram = self.0.database_wait.get_or_create_owned(&work.label());
        Timer { histogram, since: Instant::now() }
    }

    /// Counts somebody who got no connection.
    pub fn connection_failed(&self, why: ConnectionFailure) {
        self.0.connection_failures.get_or_create(&why.label()).inc();
    }

    /// Counts a shared connection as open until the guard is dropped.
    pub fn shared_connection(&self) -> Held {
        Held::of(&self.0.shared_connections)
    }

    /// All of it as text, with the pool as it is now.
    pub fn to_text(&self, pool: PoolState) -> Result<String, std::fmt::Error> {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let connections =
            |state: ConnectionState| self.0.pool_connections.get_or_create_owned(&state.label());
        self.0.pool_max.set(number(pool.max));
        self.0.pool_waiting.set(number(pool.waiting));
        connections(ConnectionState::Idle).set(number(pool.idle));
        connections(ConnectionState::InUse).set(number(pool.size.saturating_sub(pool.idle)));
        let mut text = String::new();
        text::encode(&mut text, &self.0.registry)?;
        Ok(text)
    }
}

impl Inner {
    fn new() -> Self {
        let mut inner = Self {
            registry: Registry::default(),
            requests: Family::default(),
            request_duration: Family::new_with_constructor(histogram),
            requests_in_flight: Gauge::default(),
            response_body_bytes: Family::default(),
            rate_limited: Family::default(),
            idempotent_replays: Counter::default(),
            cache_requests: Family::default(),
            cache_entries: Gauge::default(),
            cache_bytes: Gauge::default(),
            quotes_refused: Family::default(),
            pool_max: Gauge::default(),
            pool_connections: Family::default(),
            pool_waiting: Gauge::default(),
            shared_connections: Gauge::default(),
            database_duration: Family::new_with_constructor(histogram),
            database_wait: Family::new_with_constructor(histogram),
            connection_failures: Family::default(),
        };
        inner.begin_at_zero();
        inner.register();
        inner
    }

    /// Makes the series whose labels are known from the start: the first increase of a counter
    /// that was not there before is invisible to a query of its rate.
    fn begin_at_zero(&self) {
        for reason in QuoteRefusal::ALL {
            drop(self.quotes_refused.get_or_create(&reason.label()));
        }
        for result in CacheResult::ALL {
            drop(self.cache_requests.get_or_create(&result.label()));
        }
        for why in ConnectionFailure::ALL {
            drop(self.connection_failures.get_or_create(&why.label()));
        }
        for state in ConnectionState::ALL {
            drop(self.pool_connections.get_or_create(&state.label()));
        }
        for work in Work::ALL {
            drop(self.database_duration.get_or_create(&work.label()));
            drop(self.database_wait.get_or_create(&work.label()));
        }
    }

    fn register(&mut self) {
        let started = Gauge::<f64, AtomicU64>::default();
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        started.set(since_1970.unwrap_or_default().as_secs_f64());
        self.registry.register_with_unit(
            "process_start_time",
            "When the program was started, in seconds since 1970",
            Unit::Seconds,
            started,
        );
        let ours = self.registry.sub_registry_with_prefix("debatebase");
        let build =
            vec![("version", env!("CARGO_PKG_VERSION")), ("commit", COMMIT.unwrap_or("unknown"))];
        ours.register("build", "Which program this is", Info::new(build));

        ours.register(
            "http_requests",
            "Requests that were answered, by the pattern of their route",
            self.requests.clone(),
        );
        ours.register_with_unit(
            "http_request_duration",
            "How long requests took until their answer was made",
            Unit::Seconds,
            self.request_duration.clone(),
        );
        ours.register(
            "http_requests_in_flight",
            "Requests that are being answered",
            self.requests_in_flight.clone(),
        );
        ours.register_with_unit(
            "http_response_body",
            "The bodies of answers, before any compression",
            Unit::Bytes,
            self.response_body_bytes.clone(),
        );
        ours.register(
            "rate_limited_requests",
            "Requests that were answered with 429",
            self.rate_limited.clone(),
        );
        ours.register(
            "idempotent_replays",
            "Requests that were answered with the kept answer to an earlier one",
            self.idempotent_replays.clone(),
        );
        ours.register(
            "quotes_refused",
            "Quotes that were refused, by why",
            self.quotes_refused.clone(),
        );

        let cache = ours.sub_registry_with_prefix("cache");
        cache.register(
            "requests",
            "Reads of the API, by what came of asking the cache for their answers",
            self.cache_requests.clone(),
        );
        cache.register("entries", "The answers that are kept", self.cache_entries.clone());
        cache.register_with_unit(
            "size",
            "The memory that the answers take that are kept",
            Unit::Bytes,
            self.cache_bytes.clone(),
        );

        let database = ours.sub_registry_with_prefix("database");
        database.register(
            "pool_max_connections",
            "How many connections the pool may have",
            self.pool_max.clone(),
        );
        database.register(
            "pool_connections",
            "The connections of the pool",
            self.pool_connections.clone(),
        );
        database.register(
            "pool_waiting",
            "Who waits for a connection of the pool",
            self.pool_waiting.clone(),
        );
        database.register(
            "shared_connections",
            "Open connections that short reads share",
            self.shared_connections.clone(),
        );
        database.register_with_unit(
            "duration",
            "How long connections were held, by kind of work",
            Unit::Seconds,
            self.database_duration.clone(),
        );
        database.register_with_unit(
            "connection_wait",
            "How long connections were waited for, by kind of work",
            Unit::Seconds,
            self.database_wait.clone(),
        );
        database.register(
            "connection_failures",
            "Requests that got no connection, by why",
            self.connection_failures.clone(),
        );
    }
}

fn histogram() -> Histogram {
    Histogram::new(BOUNDS)
}

/// Something that is counted for as long as this is held, however it ends.
#[derive(Debug)]
pub struct Held(Gauge);

impl Held {
    fn of(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Observes how long it was held.
#[derive(Debug)]
pub struct Timer {
    histogram: Histogram,
    since: Instant,
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.histogram.observe(self.since.elapsed().as_secs_f64());
    }
}
