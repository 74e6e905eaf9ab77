//! The form of a key.
//!
//! ```text
//! dbk_0002p4xVbAsGZBUzDgGVqk_4qHJdLh2m…XW0zFf2a9Kq
//!     └─ its public id ────┘ └ secret ┘└ CRC-32 ┘
//! ```
//!
//! The prefix and the checksum over all that comes before it let scanners of repositories and logs
//! find a key that leaked, without taking anything else for one: the pattern is [`PATTERN`]. (The
//! form is that of GitHub's tokens.) All parts are in base 62, each of a fixed length.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::domain::ids::KeyId;

/// What every key looks like, as a regular expression.
pub const PATTERN: &str = "dbk_[0-9A-Za-z]{22}_[0-9A-Za-z]{50}";

const PREFIX: &str = "dbk_";

/// The digits of a number of 128 bits.
const WIDE: usize = 22;

/// The digits of the checksum, a number of 32 bits.
const CHECKSUM: usize = 6;

/// A key as its holder has it. It is shown once, and its text goes nowhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    id: KeyId,
    secret: [u8; 32],
}

impl Key {
    /// A new key, of 32 bytes from the operating system's generator.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)?;
        Ok(Self { id: KeyId::now(), secret })
    }

    /// Reads a key; `None` if the text is none, or was damaged on the way.
    pub fn parse(text: &str) -> Option<Self> {
        let (body, checksum) = text.split_at_checked(text.len().checked_sub(CHECKSUM)?)?;
        if checksum != checksum_of(body) {
            return None;
        }
        let (id, secret) = body.strip_prefix(PREFIX)?.split_once('_')?;
        let (high, low) = secret.split_at_checked(WIDE)?;
        let mut bytes = [0; 32];
        let (first, second) = bytes.split_at_mut(16);
        first.copy_from_slice(&number(high)?.to_be_bytes());
        second.copy_from_slice(&number(low)?.to_be_bytes());
        let key = Self { id: Uuid::from_u128(number(id)?).into(), secret: bytes };
        // One text for each key: nothing else reads as it.
        (key.reveal() == text).then_some(key)
    }

    /// Its public id.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The text that the holder sends.
    pub fn reveal(&self) -> String {
        let (high, low) = self.secret.split_at(16);
        let wide = |half: &[u8]| {
            let number = half.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
            padded(number, WIDE)
        };
        let id = padded(Uuid::from(self.id).as_u128(), WIDE);
        let body = format!("{PREFIX}{id}_{}{}", wide(high), wide(low));
        let checksum = checksum_of(&body);
        body + &checksum
    }

    /// What is stored of the secret. It has 256 random bits, so it needs no salt and no slow hash.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.secret).into()
    }

    /// Whether this is the key that was stored so, in a time that says nothing of where they differ.
    pub fn is(&self, stored: &[u8]) -> bool {
        self.digest().ct_eq(stored).into()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}

fn checksum_of(body: &str) -> String {
    padded(crc32fast::hash(body.as_bytes()).into(), CHECKSUM)
}

fn padded(number: u128, digits: usize) -> String {
    format!("{:0>digits$}", base62::encode(number))
}

fn number(digits: &str) -> Option<u128> {
    (digits.len() == WIDE).then(|| base62::decode(digits).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_key_is_read_as_it_was_written(id in any::<u128>(), secret in any::<[u8; 32]>()) {
            let key = Key { id: Uuid::from_u128(id).into(), secret };
            let text = key.reveal();

            prop_assert_eq!(text.len(), 4 + WIDE + 1 + 2 * WIDE + CHECKSUM);
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
            prop_assert_eq!(Key::parse(&text), Some(key));
        }

        #[test]
        fn a_key_with_another_character_is_none(at in 0_usize..77, new in "[0-9A-Za-z_é]") {
            let text = Key { id: Uuid::nil().into(), secret: [7; 32] }.reveal();
            let changed: String =
                text.chars().enumerate().map(|(i, c)| if i == at { new.clone() } else { c.into() }).collect();

            prop_assume!(changed != text);
            prop_assert_eq!(Key::parse(&changed), None);
        }

        #[test]
        fn any_text_can_be_asked(text in ".{0,90}") {
            prop_assert_eq!(Key::parse(&text), None);
        }
    }

    #[test]
    fn two_keys_are_never_the_same() {
        let (one, other) = (Key::generate().unwrap(), Key::generate().unwrap());

        assert_ne!(one, other);
        assert!(one.is(&one.digest()));
        assert!(!one.is(&other.digest()));
        assert!(!one.is(&[]));
    }

    #[test]
    fn the_secret_is_not_written_for_debugging() {
        let key = Key { id: Uuid::nil().into(), secret: [7; 32] };

        assert_eq!(
            format!("{key:?}"),
            "Key { id: KeyId(00000000-0000-0000-0000-000000000000), .. }"
        );
    }
}
