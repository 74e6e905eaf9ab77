//! Questions to the graph: ancestors, descendants, paths, and outlines from a root.

use serde_json::{Value, json};

use crate::support::{Answer, GivenTopic, TestApp};

/// A debate in which `point` bears on `yes` twice and on `no` once:
///
/// `yes` ← `first` (supports) ← `point` (attacks); onto `first-is-good`, `point` undercuts;
/// `no` ← `second` (attacks) ← `point` (attacks).
async fn bearing(app: &TestApp) -> GivenTopic<'_> {
    let topic = app.topic("llama").await;
    for position in ["yes", "no"] {
        topic.position(position).await;
    }
    for argument in ["first", "second", "point", "apart"] {
        topic.argument(argument).await;
    }
    let at = |kind: &str, slug: &str| json!({ kind: slug });
    topic.relation("first-is-good", "supports", &["first"], at("position", "yes")).await;
    topic.relation("second-is-bad", "attacks", &["second"], at("position", "no")).await;
    topic.relation("not-first", "attacks", &["point"], at("argument", "first")).await;
    topic.relation("not-second", "attacks", &["point"], at("argument", "second")).await;
    topic.relation("undercut", "attacks", &["point"], at("relation", "first-is-good")).await;
    topic
}

/// The steps of a path, as `relation kind target`.
fn steps(path: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let step = |step: &Value| {
        let (kind, slug) = step["target"].as_object().unwrap().iter().next().unwrap();
        format!("{} {} {kind} {}", text(&step["relation"]), text(&step["kind"]), text(slug))
    };
    path["steps"].as_array().unwrap().iter().map(step).collect()
}

/// The paths of an answer, as `end stance` with an asterisk for an undercut on the way.
fn paths(answer: &Answer) -> Vec<String> {
    let paths = answer.at("/paths");
    let told = |path: &Value| {
        let asterisk = if path["through_undercut"] == json!(true) { " *" } else { "" };
        format!(
            "{} {}{asterisk}",
            path["to"]["position"].as_str().unwrap(),
            path["stance"].as_str().unwrap()
        )
    };
    paths.as_array().unwrap().iter().map(told).collect()
}

#[actix_web::test]
async fn ancestors_are_every_path_to_the_positions_with_its_sign() {
    let app = TestApp::start().await;
    let topic = bearing(&app).await;

    let answer = app.get(&topic.path("/arguments/point/ancestors")).await.expect(200);

    assert_eq!(paths(&answer), ["yes against", "no for", "yes against *"]);
    assert_eq!(
        steps(&answer.at("/paths/2")),
        ["undercut attacks relation first-is-good", "first-is-good supports position yes"]
    );
    assert_eq!(answer.at("/complete"), json!(true));
    let positions = answer.at("/positions");
    let told = |it: &Value| {
        (it["slug"].clone(), it["distance"].clone(), it["for"].clone(), it["against"].clone())
    };
    assert_eq!(
        positions.as_array().unwrap().iter().map(told).collect::<Vec<_>>(),
        [(json!("yes"), json!(2), json!(0), json!(2)), (json!("no"), json!(2), json!(1), json!(0)),]
    );
    let others = answer.at("/arguments");
    let slugs: Vec<_> = others.as_array().unwrap().iter().map(|it| it["slug"].clone()).collect();
    assert_eq!(slugs, ["first", "second"]);
}

#[actix_web::test]
async fn an_answer_says_when_there_are_more_paths() {
    let app = TestApp::start().await;
    let topic = bearing(&app).await;

    let two = app.get(&topic.path("/arguments/point/ancestors?limit=2")).await.expect(200);
    let three = app.get(&topic.path("/arguments/point/ancestors?limit=3")).await.expect(200);

    assert_eq!((paths(&two).len(), two.at("/complete")), (2, json!(false)));
    assert_eq!((paths(&three).len(), three.at("/complete")), (3, json!(true)));
}

#[actix_web::test]
async fn an_argument_that_bears_on_nothing_has_no_path() {
    let app = TestApp::start().await;
    let topic = bearing(&app).await;

    let answer = app.get(&topic.path("/arguments/apart/ancestors")).await.expect(200);

    assert_eq!((answer.at("/positions"), answer.at("/paths")), (json!([]), json!([])));
}

#[actix_web::test]
async fn cycles_end() {
    let app = TestApp::start().await;
    let topic = bearing(&app).await;
    topic.relation("round", "attacks", &["first"], json!({"argument": "point"})).await;

    let ancestors = app.get(&topic.path("/arguments/point/ancestors")).await.expect(200);
    let descendants = app.get(&topic.path("/arguments/point/descendants")).await.expect(200);

    assert_eq!(paths(&ancestors), ["yes against", "no for", "yes against *"]);
    assert_eq!(descendants.slugs(), ["first"]);
}

#[actix_web::test]
async fn descendants_come_nearest_first_in_pages() {
    let app = TestApp::start().await;
    let topic = bearing(&app).await;
    topic.argument("deep").await;
    topic.relation("deeper", "supports", &["deep"], json!({"relation": "not-first"})).await;

    let path = topic.path("/arguments/first/descendants");
    let all = app.get(&path).await.expect(200);
    let first = app.get(&format!("{path}?limit=1&count=exact")).await.expect(200);
    let cursor = first.text_at("/page/next_cursor");
    let second = app.get(&format!("{path}?limit=1&cursor={cursor}&count=exact")).await.expect(200);
    let shallow = app.get(&format!("{path}?depth=1")).await.expect(200);

    assert_eq!(all.slugs(), ["point", "deep"]);
    assert_eq!(all.at("/data/0/stances"), json!(["against"]));
    assert_eq!((all.number_at("/data/0/depth"), all.number_at("/data/1/depth")), (1, 2));
    assert_eq!(all.at("/data/1/through/target"), json!({"relation": "not-first"}));
    assert_eq!((first.slugs(), first.number_at("/page/total")), (vec!["point".to_owned()], 2));
    assert_eq!(
        (second.slugs(), second.at("/page/next_cursor")),
        (vec!["deep".to_owned()], json!(null))
    );
    assert_eq!(shallow.slugs(), ["point"]);
}

#[actix_web::test]
async fn a_path_is_found_in_either_direction() {
    let app = TestApp::start().await;
    let topic = bearing(&app).await;

    let ask = async |argument: &str, to: &str| {
        let path = topic.path(&format!("/arguments/{argument}/path?to={to}"));
        let answer = app.get(&path).await.expect(200);
        (answer.at("/direction"), answer.at("/path"))
    };

    let (direction, path) = ask("point", "yes").await;
    assert_eq!(
        (direction, steps(&path).len(), &path["stance"]),
        (json!("up"), 2, &json!("against"))
    );
    let (direction, path) = ask("first", "point").await;
    assert_eq!(
        (direction, steps(&path)),
        (json!("down"), vec!["not-first attacks argument first".to_owned()])
    );
    assert_eq!(ask("apart", "position:no").await, (json!(null), json!(null)));
    let (direction, path) = ask("point", "argument:point").await;
    assert_eq!((direction, steps(&path).len()), (json!("up"), 0));
}

#[actix_web::test]
async fn a_path_leads_to_something_that_is_there() {
    let app = TestApp::start().await;
    let topic = bearing(&app).await;

    let ask = async |query: &str| {
        let answer = app.get(&topic.path(&format!("/arguments/point/path{query}"))).await;
        (answer.status(), answer.faults())
    };

    let fault = |code: &str| vec![("to".to_owned(), code.to_owned())];
    assert_eq!(ask("?to=nowhere").await, (404, fault("not-found")));
    assert_eq!(ask("?to=argument:yes").await, (404, fault("not-found")));
    assert_eq!(ask("?to=topic:yes").await, (400, fault("bad-format")));
    assert_eq!(ask("").await, (400, fault("missing")));
}

#[actix_web::test]
async fn an_outline_begins_at_any_position_or_argument() {
    let app = TestApp::start().await;
    let topic = bearing(&app).await;

    let whole = app.get(&topic.path("/outline")).await.expect(200);
    let position = app.get(&topic.path("/outline?root=no")).await.expect(200);
    let argument = app.get(&topic.path("/outline?root=second&depth=1")).await.expect(200);
    let cut = app.get(&topic.path("/outline?root=second&depth=0")).await.expect(200);
    let unknown = app.get(&topic.path("/outline?root=nowhere")).await;

    assert_eq!(position.at("/positions").as_array().unwrap().len(), 1);
    assert_eq!(position.at("/positions/0/slug"), json!("no"));
    // What is unfolded above in the whole outline is unfolded here.
    assert_eq!(
        whole.at("/positions/1/relations/0/premises/0/relations/0/premises/0/repeated"),
        json!(true)
    );
    assert_eq!(
        position.at("/positions/0/relations/0/premises/0/relations/0/premises/0/repeated"),
        json!(false)
    );
    assert_eq!(argument.at("/root/relations/0/premises/0/slug"), json!("point"));
    assert_eq!(
        (argument.at("/positions"), argument.at("/unplaced/arguments")),
        (json!([]), json!([]))
    );
    assert_eq!((cut.at("/root/relations"), cut.at("/root/below")), (json!([]), json!(1)));
    assert_eq!(
        (unknown.status(), unknown.faults()),
        (404, vec![("root".to_owned(), "not-found".to_owned())])
    );
}

#[actix_web::test]
async fn a_client_that_has_an_answer_is_spared_it() {
    let app = TestApp::start().await;
    let topic = bearing(&app).await;

    for below in [
        "/arguments/point/ancestors",
        "/arguments/first/descendants",
        "/arguments/point/path?to=yes",
        "/statistics",
        "/statistics/orphans",
    ] {
        let first = app.get(&topic.path(below)).await.expect(200);
        app.get(&topic.path(below)).if_none_match(first.etag()).await.expect(304);
        assert_eq!(first.etag(), format!("\"{}\"", topic.revision().await));
    }
}
