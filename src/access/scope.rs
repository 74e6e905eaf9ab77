//! What a key allows.

use crate::domain::kinds::kinds;

kinds! {
    /// What a key allows. `write` and `import` allow what `read` does, and `admin` everything.
    Scope {
        /// To read drafts, too.
        Read = "read",
        /// To change topics, sources, and what is below them.
        Write = "write",
        /// To import documents.
        Import = "import",
        /// To manage keys, and all else.
        Admin = "admin",
    }
}

impl Scope {
    /// Whether a key with this scope may do what needs the other.
    pub fn allows(self, needed: Self) -> bool {
        self == needed || self == Self::Admin || needed == Self::Read
    }
}

/// The scopes of a key: at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scopes(pub Vec<Scope>);

impl Scopes {
    /// Whether one of them allows what needs this scope.
    pub fn allow(&self, needed: Scope) -> bool {
        self.0.iter().any(|scope| scope.allows(needed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_scope_allows() {
        let allowed = |scope: Scope| {
            let all = Scope::ALL.iter().filter(|needed| scope.allows(**needed));
            all.map(|needed| needed.as_str()).collect::<Vec<_>>().join(" ")
        };

        assert_eq!(allowed(Scope::Read), "read");
        assert_eq!(allowed(Scope::Write), "read write");
        assert_eq!(allowed(Scope::Import), "read import");
        assert_eq!(allowed(Scope::Admin), "read write import admin");
    }
}
