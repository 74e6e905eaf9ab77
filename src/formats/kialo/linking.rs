//! What the links among the claims lead to.

use super::lines::Text;
use super::texts::LINK;

/// What a claim turns out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leads {
    /// A text of its own.
    Text,
    /// A link to the claim at this place, which has a text of its own.
    To(usize),
    /// A link that leads nowhere, or round in a circle.
    Nowhere,
}

/// What each claim leads to. A link may lead to another link.
pub(super) fn follow(text: &Text) -> Vec<Leads> {
    let next: Vec<Option<Option<usize>>> = text
        .claims
        .iter()
        .map(|it| {
            let id = it.stance.and_then(|_| it.text.trim_end().strip_prefix(LINK))?.trim();
            let is_number =
                |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            let id = id.strip_suffix('.').unwrap_or(id);
            id.split('.').all(is_number).then(|| text.numbers.find(id))
        })
        .collect();
    let mut found: Vec<Option<Leads>> = vec![None; next.len()];
    for start in 0..next.len() {
        let (mut way, mut at) = (Vec::new(), start);
        // Each claim is walked over once: what was found stays found.
        let end = loop {
            match (found.get(at).copied().flatten(), next.get(at).copied().flatten()) {
                (Some(Leads::Text), _) => break Leads::To(at),
                (Some(known), _) => break known,
                (None, None) => {
                    if let Some(it) = found.get_mut(at) {
                        *it = Some(Leads::Text);
                    }
                    break Leads::To(at);
                }
                (None, Some(target)) => {
                    // Until the end is known; who comes here again goes round in a circle.
                    if let Some(it) = found.get_mut(at) {
                        *it = Some(Leads::Nowhere);
                    }
                    way.push(at);
                    let Some(target) = target else { break Leads::Nowhere };
                    at = target;
                }
            }
        };
        for at in way {
            if let Some(it) = found.get_mut(at) {
                *it = Some(end);
            }
        }
    }
    found.into_iter().map(|it| it.unwrap_or(Leads::Nowhere)).collect()
}
