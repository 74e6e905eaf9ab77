//! The source that the context of an argument names.

use serde_json::{Map, Value};

use super::keeping::{Kept, text_of};
use super::naming::told_apart;
use crate::domain::quote::SourceText;
use crate::domain::text::{Name, Title};
use crate::domain::web_url::WebUrl;
use crate::formats::document::SourceRecord;
use crate::formats::note::{Note, NoteCode};
use crate::formats::place::Place;
use crate::formats::taming;

/// The fields of a context that say of where an argument is.
const TEXTS: [&str; 6] =
    ["discussionTitle", "topic", "sourceTitle", "sourceUrl", "sourceDomain", "sourceText"];

/// The source that a context names, if it names one.
pub(super) fn record(
    context: &Map<String, Value>,
    at: &Place,
    notes: &mut Vec<Note>,
) -> Option<SourceRecord> {
    for name in TEXTS {
        if context.get(name).is_some_and(|it| !it.is_string() && !it.is_null()) {
            let detail = format!("`{name}` is no text");
            let instead = "it was kept aside, for the way back";
            notes.push(Note::info(NoteCode::KeptAside, below(at, name), detail, instead));
        }
    }
    let visible = |name| text_of(context, name).filter(|it| !it.trim().is_empty());
    let (title, address) = (visible("sourceTitle"), visible("sourceUrl"));
    let (domain, text) = (visible("sourceDomain"), visible("sourceText"));
    let called = title.or(address).or(text.and(Some("Text of an argument")))?;
    let title = taming::line::<Title>(called, &below(at, "sourceTitle"), notes)?.text;
    let url = address.and_then(|it| {
        let url = web_url(it);
        if url.as_ref().is_none_or(|url| url.to_string() != it) {
            let detail = "`sourceUrl` is no address as it should be";
            let instead = match &url {
                Some(_) => "it is percent-encoded here, and goes back as it was",
                None => "it was kept aside, for the way back",
            };
            notes.push(Note::info(NoteCode::KeptAside, below(at, "sourceUrl"), detail, instead));
        }
        url
    });
    let parts = [called, address.unwrap_or_default(), domain.unwrap_or_default()];
    let key = format!("{}\0{}", parts.join("\0"), text.unwrap_or_default());
    let slug = told_apart(title.as_str(), &key, "source");
    Some(SourceRecord {
        at: at.clone(),
        slug,
        title,
        authors: Vec::new(),
        publisher: domain.and_then(|it| Name::parse(it).ok()),
        published_on: None,
        url,
        licence: None,
        text: text.and_then(|it| source_text(it, &below(at, "sourceText"), notes)),
        origin: Kept::default().into_origin(),
    })
}

/// The place of a field of a context.
pub(super) fn below(at: &Place, name: &str) -> Place {
    Place { pointer: format!("{}/context/{name}", at.pointer), ..at.clone() }
}

/// The text of a source, with U+FFFD for each character that no text may have: the places of all
/// others stay what they are.
fn source_text(text: &str, at: &Place, notes: &mut Vec<Note>) -> Option<SourceText> {
    if let Ok(fits) = SourceText::parse(text.to_owned()) {
        return Some(fits);
    }
    let fits = |c: char| SourceText::parse(c.to_string()).is_ok();
    let clean: String = text.chars().map(|c| if fits(c) { c } else { '\u{FFFD}' }).collect();
    let (code, detail, instead) = if clean.len() > SourceText::MAX {
        let detail = format!("the text of the source has {} bytes", clean.len());
        (NoteCode::TooMuch, detail, "the source has no text, and the premise is not quoted")
    } else {
        let detail = "the text of the source has characters that no text here may have".to_owned();
        (NoteCode::TextChanged, detail, "U+FFFD stands for each of them")
    };
    notes.push(Note::warning(code, at.clone(), detail, instead));
    SourceText::parse(clean).ok()
}

/// An address, with percent-encoding for what cannot stand in one.
fn web_url(text: &str) -> Option<WebUrl> {
    let text = text.trim();
    if let Some(url) = WebUrl::parse(text) {
        return Some(url);
    }
    let scheme = text.find("://")? + "://".len();
    let host = text.get(scheme..)?.find('/')? + scheme;
    let (host, path) = text.split_at_checked(host)?;
    let mut encoded = host.to_owned();
    for (at, c) in path.char_indices() {
        let is_escape = || {
            let digits = path.get(at + 1..at + 3);
            digits.is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_hexdigit()))
        };
        if c.is_ascii_alphanumeric()
            || "-._~!$&'()*+,;=:@/?#".contains(c)
            || c == '%' && is_escape()
        {
            encoded.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                encoded.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    WebUrl::parse(&encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_encoded_where_it_must_be() {
        let encoded = |text| web_url(text).map(|it| it.to_string());
        assert_eq!(encoded("https://a.example/b"), Some("https://a.example/b".to_owned()));
        assert_eq!(
            encoded(" https://a.example/ä b|[c]%20%g#d "),
            Some("https://a.example/%C3%A4%20b%7C%5Bc%5D%20%25g#d".to_owned())
        );
        assert_eq!(encoded("ftp://a.example/b"), None);
        assert_eq!(encoded("somewhere"), None);
        assert_eq!(encoded("https://ä.example/"), None);
    }
}
