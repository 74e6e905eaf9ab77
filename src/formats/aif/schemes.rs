//! The argumentation schemes of `AIFdb`, by their ids there, as met in its corpora.

/// Id and name.
const SCHEMES: &[(&str, &str)] = &[
    ("72", "Default Inference"),
    ("1", "Analogy"),
    ("4", "CauseToEffect"),
    ("6", "Commitment"),
    ("7", "CorrelationToCause"),
    ("14", "Example"),
    ("15", "ExpertOpinion"),
    ("16", "FalsificationOfHypothesis"),
    ("17", "FearAppeal"),
    ("19", "Ignorance"),
    ("20", "InconsistentCommitment"),
    ("25", "PopularPractice"),
    ("26", "PositionToKnow"),
    ("28", "PracticalReasoning"),
    ("30", "Sign"),
    ("31", "VerbalClassification"),
    ("61", "EstablishedRule"),
    ("62", "ExceptionalCase"),
    ("71", "Default Conflict"),
    ("172", "AdHominem"),
    ("144", "Default Rephrase"),
];

/// The name of a scheme.
pub(super) fn named(id: &str) -> Option<&'static str> {
    SCHEMES.iter().find(|(known, _)| *known == id).map(|(_, name)| *name)
}

/// The id of the scheme of this name, however it is cased and spaced.
pub(super) fn id_of(name: &str) -> Option<&'static str> {
    let name = plain(name);
    SCHEMES.iter().find(|(_, known)| plain(known) == name).map(|(id, _)| *id)
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_however_they_are_cased_and_spaced() {
        assert_eq!(id_of("Expert Opinion"), Some("15"));
        assert_eq!(id_of("ad hominem"), Some("172"));
        assert_eq!(id_of("Argument from nowhere"), None);
        assert_eq!(named("72"), Some("Default Inference"));
    }
}
