//! What is asked for, as a tree of words: read from what PostgreSQL makes of a query, and written in
//! the other forms that the ranking needs.
//!
//! The words are lexemes of one dictionary. PostgreSQL reads the language of the query; here its
//! answer, which has one form only, is taken apart.

use std::fmt::Write;

/// The most levels of parentheses that are followed. PostgreSQL writes two for what people ask.
const DEEPEST: usize = 50;

/// A query, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// A lexeme, or what begins with it.
    Word {
        /// The lexeme.
        lexeme: String,
        /// Whether longer ones that begin so are meant, too.
        begins: bool,
    },
    /// What does not match this.
    Not(Box<Self>),
    /// All of these.
    All(Vec<Self>),
    /// Any of these.
    Any(Vec<Self>),
    /// These, one behind the other: each with its distance from the one before.
    Phrase(Vec<(u16, Self)>),
}

impl Term {
    /// Reads what PostgreSQL writes of a `tsquery`; `None` if it is empty.
    pub fn read(text: &str) -> Option<Self> {
        let mut reader = Reader { rest: text, depth: 0 };
        let term = reader.any()?;
        reader.rest.trim().is_empty().then_some(term)
    }

    /// A word, or what begins with it.
    pub fn word(lexeme: &str, begins: bool) -> Self {
        Self::Word { lexeme: lexeme.to_owned(), begins }
    }

    /// All of these, or the only one.
    pub fn all(terms: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut terms: Vec<Self> = terms.into_iter().collect();
        if terms.len() > 1 { Some(Self::All(terms)) } else { terms.pop() }
    }

    /// Any of these, or the only one.
    pub fn any(terms: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut terms: Vec<Self> = terms.into_iter().collect();
        if terms.len() > 1 { Some(Self::Any(terms)) } else { terms.pop() }
    }

    /// The same, as PostgreSQL reads it.
    pub fn as_asked(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, &|word, begins, text, _| write_word(word, begins, "", text), true);
        text
    }

    /// The same, where every word that is wanted stands in the heading.
    pub fn in_heading(&self) -> String {
        let mut text = String::new();
        let word = |word: &str, begins: bool, text: &mut String, is_wanted: bool| {
            write_word(word, begins, if is_wanted { "A" } else { "" }, text);
        };
        self.write(&mut text, &word, true);
        text
    }

    /// What the index has of all entries of these classes that have the wanted words in their
    /// heading; `None` where that cannot be said.
    pub fn marked(&self, classes: &[u8]) -> Option<String> {
        let of_class = |class: &u8| self.of_class(*class);
        let terms: Option<Vec<Self>> = classes.iter().map(of_class).collect();
        Some(Self::any(terms?)?.as_asked())
    }

    /// What the index has of a lexeme in a heading of a class.
    pub fn marked_word(lexeme: &str, class: u8) -> String {
        format!("!{class}{lexeme}")
    }

    fn of_class(&self, class: u8) -> Option<Self> {
        match self {
            Self::Word { lexeme, begins } => {
                Some(Self::word(&Self::marked_word(lexeme, class), *begins))
            }
            Self::Not(_) => None,
            Self::All(terms) => Self::all(terms.iter().filter_map(|term| term.of_class(class))),
            Self::Phrase(terms) => {
                Self::all(terms.iter().filter_map(|(_, term)| term.of_class(class)))
            }
            Self::Any(terms) => {
                let terms: Option<Vec<Self>> =
                    terms.iter().map(|term| term.of_class(class)).collect();
                Self::any(terms?)
            }
        }
    }

    /// Groups of words of each of which whatever matches has one at least, however near they stand;
    /// none, where that cannot be said.
    pub fn clauses(&self) -> Vec<Vec<&Self>> {
        match self {
            Self::Word { .. } => vec![vec![self]],
            Self::Not(_) => Vec::new(),
            Self::All(terms) => terms.iter().flat_map(Self::clauses).collect(),
            Self::Phrase(terms) => terms.iter().flat_map(|(_, term)| term.clauses()).collect(),
            Self::Any(terms) => {
                // Of each alternative one group, so that what matches any of them has one of all.
                let one_of_each: Option<Vec<Vec<&Self>>> =
                    terms.iter().map(|term| term.clauses().pop()).collect();
                one_of_each.map(|groups| vec![groups.concat()]).unwrap_or_default()
            }
        }
    }

    /// The words that are wanted, each once. What is not wanted is nowhere to be shown.
    pub fn wanted(&self) -> Vec<Self> {
        let mut words = Vec::new();
        self.collect_wanted(&mut words);
        words
    }

    fn collect_wanted(&self, words: &mut Vec<Self>) {
        match self {
            Self::Word { .. } if !words.contains(self) => words.push(self.clone()),
            Self::Word { .. } | Self::Not(_) => {}
            Self::All(terms) | Self::Any(terms) => {
                terms.iter().for_each(|term| term.collect_wanted(words));
            }
            Self::Phrase(terms) => terms.iter().for_each(|(_, term)| term.collect_wanted(words)),
        }
    }

    /// Whether it is a word, and this lexeme is the one, or begins with it.
    pub fn is_met_by(&self, other: &str) -> bool {
        match self {
            Self::Word { lexeme, begins: false } => lexeme == other,
            Self::Word { lexeme, begins: true } => other.starts_with(lexeme),
            Self::Not(_) | Self::All(_) | Self::Any(_) | Self::Phrase(_) => false,
        }
    }

    /// Whether it asks for some words and nothing more, so that they may be looked for as a phrase.
    pub fn is_plain(&self) -> bool {
        match self {
            Self::All(terms) => terms.iter().all(|term| matches!(term, Self::Word { .. })),
            Self::Word { .. } | Self::Not(_) | Self::Any(_) | Self::Phrase(_) => false,
        }
    }

    fn write(
        &self,
        text: &mut String,
        word: &impl Fn(&str, bool, &mut String, bool),
        is_wanted: bool,
    ) {
        let mut join = |terms: &[Self], with: &str| {
            text.push('(');
            for (n, term) in terms.iter().enumerate() {
                if n > 0 {
                    text.push_str(with);
                }
                term.write(text, word, is_wanted);
            }
            text.push(')');
        };
        match self {
            Self::Word { lexeme, begins } => word(lexeme, *begins, text, is_wanted),
            Self::All(terms) => join(terms, " & "),
            Self::Any(terms) => join(terms, " | "),
            Self::Not(term) => {
                text.push('!');
                term.write(text, word, false);
            }
            Self::Phrase(terms) => {
                text.push('(');
                for (n, (distance, term)) in terms.iter().enumerate() {
                    if n > 0 {
                        // Writing to a String cannot fail.
                        _ = write!(text, " <{distance}> ");
                    }
                    term.write(text, word, is_wanted);
                }
                text.push(')');
            }
        }
    }
}

fn write_word(lexeme: &str, begins: bool, weight: &str, text: &mut String) {
    text.push('\'');
    for c in lexeme.chars() {
        if matches!(c, '\'' | '\\') {
            text.push(c);
        }
        text.push(c);
    }
    text.push('\'');
    if begins || !weight.is_empty() {
        text.push(':');
        text.push_str(if begins { "*" } else { "" });
        text.push_str(weight);
    }
}

struct Reader<'t> {
    rest: &'t str,
    depth: usize,
}

impl Reader<'_> {
    fn takes(&mut self, sign: char) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn any(&mut self) -> Option<Term> {
        let mut terms = vec![self.all()?];
        while self.takes('|') {
            terms.push(self.all()?);
        }
        Term::any(terms)
    }

    fn all(&mut self) -> Option<Term> {
        let mut terms = vec![self.phrase()?];
        while self.takes('&') {
            terms.push(self.phrase()?);
        }
        Term::all(terms)
    }

    fn phrase(&mut self) -> Option<Term> {
        let first = self.one()?;
        let mut terms = vec![(0, first)];
        while self.takes('<') {
            let (distance, rest) = self.rest.split_once('>')?;
            self.rest = rest;
            let distance = if distance == "-" { 1 } else { distance.parse().ok()? };
            terms.push((distance, self.one()?));
        }
        if terms.len() > 1 { Some(Term::Phrase(terms)) } else { terms.pop().map(|(_, term)| term) }
    }

    fn one(&mut self) -> Option<Term> {
        let mut is_not = false;
        while self.takes('!') {
            is_not = !is_not;
        }
        let term = if self.takes('(') {
            self.depth += 1;
            if self.depth > DEEPEST {
                return None;
            }
            let term = self.any()?;
            self.depth -= 1;
            self.takes(')').then_some(term)?
        } else {
            self.word()?
        };
        Some(if is_not { Term::Not(Box::new(term)) } else { term })
    }

    fn word(&mut self) -> Option<Term> {
        if !self.takes('\'') {
            return None;
        }
        let mut lexeme = String::new();
        let mut chars = self.rest.chars();
        loop {
            match chars.next()? {
                '\'' if chars.as_str().starts_with('\'') => {
                    chars.next();
                    lexeme.push('\'');
                }
                '\'' => break,
                '\\' => lexeme.push(chars.next()?),
                c => lexeme.push(c),
            }
        }
        self.rest = chars.as_str();
        let mut begins = false;
        if self.takes(':') {
            let is_flag = |c: char| matches!(c, '*' | 'A'..='D');
            let rest = self.rest.trim_start_matches(is_flag);
            begins = self.rest.strip_suffix(rest).is_some_and(|flags| flags.contains('*'));
            self.rest = rest;
        }
        Some(Term::Word { lexeme, begins })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Term {
        Term::read(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn what_postgresql_writes_is_read_and_written_again() {
        for (text, again) in [
            ("'open'", "'open'"),
            ("'open' & 'sourc'", "('open' & 'sourc')"),
            ("'a' & 'b' | 'c'", "(('a' & 'b') | 'c')"),
            ("'a' <-> 'b' <2> 'c' & !'d'", "(('a' <1> 'b' <2> 'c') & !'d')"),
            ("!( 'a' <-> 'b' )", "!('a' <1> 'b')"),
            ("'it''s' & 'back\\\\slash'", "('it''s' & 'back\\\\slash')"),
            ("'gov':*", "'gov':*"),
            ("!!'a'", "'a'"),
        ] {
            assert_eq!(read(text).as_asked(), again, "{text}");
            assert_eq!(read(again), read(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_query_is_nothing() {
        for text in ["", "  ", "'a", "'a' &", "(", "'a' <x> 'b'", &"(".repeat(100_000)] {
            assert_eq!(Term::read(text), None);
        }
    }

    #[test]
    fn a_heading_must_have_the_words_that_are_wanted() {
        assert_eq!(read("'a' & !'b' & 'c':*").in_heading(), "('a':A & !'b' & 'c':*A)");
    }

    #[test]
    fn the_index_marks_what_stands_in_headings() {
        assert_eq!(read("'a' <-> 'b' & !'c'").marked(&[3]).unwrap(), "('!3a' & '!3b')");
        assert_eq!(
            read("'a' | 'b'").marked(&[7, 6]).unwrap(),
            "(('!7a' | '!7b') | ('!6a' | '!6b'))"
        );
        assert_eq!(read("'a' | !'b'").marked(&[3]), None);
    }

    #[test]
    fn only_what_is_wanted_is_shown() {
        let words = read("'a' & !'b' & ( 'c' | 'a' )").wanted();
        assert_eq!(words, [Term::word("a", false), Term::word("c", false)]);
    }

    #[test]
    fn whatever_matches_has_a_word_of_each_clause() {
        for (query, clauses) in [
            ("'a'", "a"),
            ("'a' & 'b' & !'c'", "a,b"),
            ("'a' <-> 'b'", "a,b"),
            ("'a' & ( 'b' | 'c' & 'd' )", "a,b|d"),
            // What has no `b` matches, whatever it has.
            ("'a' | !'b'", ""),
        ] {
            let term = Term::read(query).unwrap();
            let words = |words: Vec<&Term>| {
                words.into_iter().map(Term::as_asked).collect::<Vec<_>>().join("|")
            };
            let said: Vec<String> = term.clauses().into_iter().map(words).collect();
            assert_eq!(said.join(",").replace('\'', ""), clauses, "{query}");
        }
    }
}
