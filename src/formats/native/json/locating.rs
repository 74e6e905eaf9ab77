//! Where the values of a JSON text stand, looked up when something is said of them.

use std::collections::HashMap;

use super::lexing::{Lexer, Token};
use crate::formats::native::locations::Location;

/// A place that is looked for.
#[derive(Debug, Clone)]
pub(in super::super) struct Wanted {
    /// The pointer to a value.
    pub(in super::super) pointer: String,
    /// Whether its name is meant.
    pub(in super::super) is_name: bool,
}

/// A step of the wanted pointers; they share their beginnings.
#[derive(Debug, Default)]
struct Step {
    inside: HashMap<String, usize>,
    around: Option<usize>,
    value_at: Option<usize>,
    name_at: Option<usize>,
}

/// A list or an object that is walked through.
struct Around {
    /// Which step it is, if it leads to a wanted place.
    step: Option<usize>,
    /// The step of the value that comes next.
    next: Option<usize>,
    /// The number of the next item; none in an object.
    item: Option<usize>,
    /// Whether a text is a name.
    takes_name: bool,
}

/// The bytes of a JSON text at which the wanted places are; of one that is not there, of the nearest
/// around it. One walk through the text finds them all.
pub(in super::super) fn locate(text: &str, wanted: &[Wanted]) -> Vec<usize> {
    let mut steps = vec![Step::default()];
    let ends: Vec<usize> = wanted.iter().map(|it| reach(&mut steps, &it.pointer)).collect();
    walk(text, &mut steps);
    let offset = |(wanted, end): (&Wanted, &usize)| {
        let mut step = steps.get(*end);
        let name = step.filter(|_| wanted.is_name).and_then(|step| step.name_at);
        if let Some(name) = name {
            return name;
        }
        loop {
            let Some(here) = step else { return 0 };
            if let Some(offset) = here.value_at {
                return offset;
            }
            step = here.around.and_then(|around| steps.get(around));
        }
    };
    wanted.iter().zip(&ends).map(offset).collect()
}

/// The step at the end of a pointer, made if need be.
fn reach(steps: &mut Vec<Step>, pointer: &str) -> usize {
    let mut reached = 0;
    for segment in pointer.split('/').skip(1) {
        let name = segment.replace("~1", "/").replace("~0", "~");
        let new = steps.len();
        let Some(step) = steps.get_mut(reached) else { return reached };
        let inside = *step.inside.entry(name).or_insert(new);
        if inside == new {
            steps.push(Step { around: Some(reached), ..Step::default() });
        }
        reached = inside;
    }
    reached
}

fn walk(text: &str, steps: &mut [Step]) {
    let mut lexer = Lexer::new(text);
    let mut open: Vec<Around> = Vec::new();
    while let Ok(Some((offset, token))) = lexer.next_token() {
        let here = match open.last_mut() {
            Some(around) => {
                if let (true, Token::Text(name)) = (around.takes_name, &token) {
                    let next = around.step.and_then(|step| steps.get(step)?.inside.get(&**name));
                    around.next = next.copied();
                    around.takes_name = false;
                    if let Some(step) = around.next.and_then(|next| steps.get_mut(next)) {
                        step.name_at = Some(offset);
                    }
                    continue;
                }
                if let Some(item) = around.item {
                    let next = around
                        .step
                        .and_then(|step| steps.get(step))
                        .filter(|step| !step.inside.is_empty())
                        .and_then(|step| step.inside.get(&item.to_string()));
                    around.next = next.copied();
                }
                around.next
            }
            None => Some(0),
        };
        let is_value =
            !matches!(token, Token::CloseList | Token::CloseObject | Token::Comma | Token::Colon);
        if let Some(step) = here.filter(|_| is_value).and_then(|here| steps.get_mut(here)) {
            step.value_at.get_or_insert(offset);
        }
        match token {
            Token::OpenList => {
                open.push(Around { step: here, next: None, item: Some(0), takes_name: false });
            }
            Token::OpenObject => {
                open.push(Around { step: here, next: None, item: None, takes_name: true });
            }
            Token::CloseList | Token::CloseObject => _ = open.pop(),
            Token::Comma => {
                if let Some(around) = open.last_mut() {
                    around.takes_name = around.item.is_none();
                    around.item = around.item.map(|item| item + 1);
                }
            }
            Token::Colon | Token::Text(_) | Token::Scalar(_) => {}
        }
    }
}

/// The lines and columns of some bytes of a text, in their order, found in one walk.
pub(in super::super) fn location(text: &str, offsets: &[usize]) -> Vec<Location> {
    let mut sorted: Vec<(usize, usize)> =
        offsets.iter().enumerate().map(|(at, offset)| (*offset, at)).collect();
    sorted.sort_unstable();
    let mut found = vec![Location { line: 1, column: 1 }; offsets.len()];
    let mut here = Location { line: 1, column: 1 };
    let mut sorted = sorted.into_iter().peekable();
    for (byte, c) in text.char_indices() {
        while let Some((_, at)) = sorted.next_if(|(offset, _)| *offset <= byte) {
            found.get_mut(at).into_iter().for_each(|it| *it = here);
        }
        if sorted.peek().is_none() {
            break;
        }
        here = match c {
            '\n' => Location { line: here.line + 1, column: 1 },
            _ => Location { column: here.column + 1, ..here },
        };
    }
    for (_, at) in sorted {
        found.get_mut(at).into_iter().for_each(|it| *it = here);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_where_it_stands_and_what_is_not_there_at_the_nearest_around_it() {
        let text = "{\"a\": [\n  {\"é\": 1, \"b/c\": 2, \"d\": 3, \"d\": 4}, 5]\n}";
        let place = |pointer: &str, is_name: bool| {
            let wanted = Wanted { pointer: pointer.to_owned(), is_name };
            let found = location(text, &locate(text, &[wanted]));
            (found[0].line, found[0].column)
        };

        assert_eq!(place("", false), (1, 1));
        assert_eq!(place("/a", false), (1, 7));
        assert_eq!(place("/a", true), (1, 2));
        assert_eq!(place("/a/0/b~1c", false), (2, 19));
        assert_eq!(place("/a/0/d", false), (2, 27));
        assert_eq!(place("/a/0/d", true), (2, 30));
        assert_eq!(place("/a/1", true), (2, 39));
        assert_eq!(place("/a/0/x/y", false), (2, 3));
        assert_eq!(place("/a/7", true), (1, 7));
    }
}
