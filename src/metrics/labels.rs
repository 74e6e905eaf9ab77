//! The labels of the metrics, and the few values that each has.

use actix_web::http::header::HeaderValue;
use prometheus_client::encoding::EncodeLabelSet;

/// The route of requests that no route took.
pub(super) const UNMATCHED: &str = "unmatched";

/// The methods that are told apart. A client may invent others.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// A method as a label.
pub(super) fn known_method(method: &str) -> &'static str {
    METHODS.into_iter().find(|known| *known == method).unwrap_or("other")
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Route {
    pub(super) route: String,
}

/// What was asked of a route.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Operation {
    pub(super) route: String,
    pub(super) method: &'static str,
}

/// What was asked of a route, and the answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Outcome {
    pub(super) route: String,
    pub(super) method: &'static str,
    pub(super) status: u16,
}

/// A label with its value.
pub(super) type Label = [(&'static str, &'static str); 1];

macro_rules! labels {
    ($($(#[$doc:meta])* $name:ident $label:literal {
        $($(#[$variant_doc:meta])* $variant:ident $value:literal,)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            pub(super) const ALL: &'static [Self] = &[$(Self::$variant),*];

            pub(super) fn label(self) -> Label {
                [($label, match self { $(Self::$variant => $value,)* })]
            }
        }
    )*};
}

labels! {
    /// What a connection to the database is used for.
    Work "kind" {
        /// A short read, on a connection that others use at the same time.
        Read "read",
        /// A long read, on a connection of its own.
        LongRead "long_read",
        /// Several reads that see one state of the database.
        Snapshot "snapshot",
        /// A transaction that changes something.
        Write "write",
    }

    /// What a connection of the pool is doing.
    ConnectionState "state" {
        /// Nobody uses it.
        Idle "idle",
        /// Somebody does.
        InUse "in_use",
    }

    /// Why somebody got no connection.
    ConnectionFailure "reason" {
        /// All were in use for too long.
        Busy "busy",
        /// None could be opened.
        Unreachable "unreachable",
    }

    /// What came of asking the cache for an answer.
    CacheResult "result" {
        /// It was there.
        Hit "hit",
        /// It was made, and may have been kept.
        Miss "miss",
        /// It is not of the kind that is kept.
        Bypass "bypass",
    }

    /// Why a quote was refused.
    QuoteRefusal "reason" {
        /// Its words do not stand in the source's text.
        NotFound "not_found",
        /// Its words stand there more than once.
        Ambiguous "ambiguous",
    }
}

impl CacheResult {
    /// As a header tells it (Server Timing, W3C).
    pub fn server_timing(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Hit => "cache;desc=hit",
            Self::Miss => "cache;desc=miss",
            Self::Bypass => "cache;desc=bypass",
        })
    }
}
