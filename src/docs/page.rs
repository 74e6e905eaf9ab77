//! Small pages for people, from the tables that programs use.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::http::problem::Code;

/// The path of a problem's page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ProblemPath {
    /// The code of the problem.
    #[param(value_type = Code)]
    pub code: String,
}

/// The page that explains a problem.
pub fn problem(code: Code) -> String {
    let others: String = Code::ALL
        .iter()
        .map(|other| format!("<li><a href=\"{}\">{}</a></li>", other.type_path(), other.slug()))
        .collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>body{{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}}\
         code{{background:#eee;padding:0 .2em}}@media(prefers-color-scheme:dark){{body{{background:#111;color:#eee}}\
         code{{background:#333}}a{{color:#8cf}}}}</style></head>\n<body>\n<h1>{title}</h1>\n\
         <p><code>{slug}</code>, answered with status {status}</p>\n<p>{explanation}</p>\n\
         <p>The form of every problem is that of <a href=\"https://www.rfc-editor.org/rfc/rfc9457\">RFC 9457</a>; \
         see the <a href=\"/docs/\">documentation of the API</a>.</p>\n\
         <h2>All problems</h2>\n<ul>{others}</ul>\n</body>\n</html>\n",
        title = escape(code.title()),
        slug = code.slug(),
        status = code.status().as_u16(),
        explanation = code_spans(&escape(code.explanation())),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What stands between backticks is code.
fn code_spans(text: &str) -> String {
    text.split('`')
        .enumerate()
        .map(
            |(index, part)| {
                if index % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() }
            },
        )
        .collect()
}
