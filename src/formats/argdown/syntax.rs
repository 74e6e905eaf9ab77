//! What an Argdown text is taken apart into: flat lists that name one another by place.

use std::ops::Range;

use serde_json::{Map, Value};

use crate::formats::place::Place;

/// A mapping of YAML.
pub(super) type Data = Map<String, Value>;

/// What a title in brackets is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Sort {
    /// `[Title]`
    Statement,
    /// `<Title>`
    Argument,
}

/// How an item begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A text without a title: a statement.
    Plain,
    /// `[Title]: text`
    Defines(Sort),
    /// `[Title]`
    Refers(Sort),
}

impl Form {
    pub(super) fn sort(self) -> Sort {
        match self {
            Self::Plain => Sort::Statement,
            Self::Defines(sort) | Self::Refers(sort) => sort,
        }
    }
}

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    TopLevel,
    Related,
    Listed,
    Premise,
    Conclusion,
}

/// A statement or the description of an argument, wherever it stands.
#[derive(Debug)]
pub(super) struct Item {
    pub form: Form,
    pub role: Role,
    /// Its title; an untitled one has a number.
    pub title: String,
    pub is_untitled: bool,
    /// Its words, without marks.
    pub text: String,
    pub tags: Vec<String>,
    pub data: Option<Data>,
    /// What it says, as it is written after the title.
    pub raw: Range<usize>,
    /// The heading that it stands under.
    pub section: Option<usize>,
    pub place: Place,
}

/// What a line that is indented says of itself and what it stands under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Bearing {
    Support,
    Attack,
    Undercut,
    /// Both cannot be true, nor both false.
    Contradictory,
    /// Both cannot be true: an attack between statements in strict mode.
    Contrary,
    /// A support between statements in strict mode.
    Entails,
}

impl Bearing {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Support => "support",
            Self::Attack => "attack",
            Self::Undercut => "undercut",
            Self::Contradictory => "contradictory",
            Self::Contrary => "contrary",
            Self::Entails => "entails",
        }
    }
}

/// What a relation hangs under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parent {
    Item(usize),
    /// The inference that begins at this line of a structure.
    Inference {
        structure: usize,
        line: usize,
    },
}

/// A relation as it is written.
#[derive(Debug)]
pub(super) struct Tie {
    pub bearing: Bearing,
    pub parent: Parent,
    pub child: usize,
    /// Whether the child bears on the parent.
    pub is_from_child: bool,
    pub place: Place,
}

/// From premises to a conclusion.
#[derive(Debug, Default)]
pub(super) struct Inference {
    pub rules: Vec<String>,
    pub data: Option<Data>,
    pub place: Place,
}

/// A line of a premise–conclusion structure.
#[derive(Debug)]
pub(super) enum Line {
    Statement(usize),
    Inference(Inference),
}

/// A premise–conclusion structure.
#[derive(Debug)]
pub(super) struct Structure {
    /// Its title; that of one without is a number.
    pub title: String,
    pub lines: Vec<Line>,
    pub section: Option<usize>,
    pub place: Place,
}

/// A heading.
#[derive(Debug)]
pub(super) struct Section {
    pub level: usize,
    pub title: String,
    pub raw: Range<usize>,
}

/// A text taken apart.
#[derive(Debug, Default)]
pub(super) struct Syntax {
    pub items: Vec<Item>,
    pub ties: Vec<Tie>,
    pub structures: Vec<Structure>,
    pub sections: Vec<Section>,
}
