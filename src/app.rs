//! Mounts every slice, and composes the API document.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::{Next, from_fn};
use actix_web::web::Data;
use actix_web::{App, Error, HttpRequest, HttpResponse, web};
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::{self, KnownKeys, Policy};
use crate::api_document;
use crate::cache::{Answers, Caching};
use crate::config::{LimitsConfig, Origins};
use crate::db::Db;
use crate::docs::ApiDocument;
use crate::domain::input::{At, Faults, FromJson, Object};
use crate::http::compress::compress;
use crate::http::cors::cors;
use crate::http::deadline::{Deadline, deadline};
use crate::http::draining::Draining;
use crate::http::middleware::{around, is_for_api, routed_path};
use crate::http::problem::{Code, Problem, Result};
use crate::http::{body, extract, idempotency, upload};
use crate::imports::Slots;
use crate::limits::{Limiter, limit};
use crate::metrics::Metrics;
use crate::{
    analysis, arguments, citations, discovery, docs, exports, health, imports, keys, positions,
    relations, search, sources, tags, topics, views,
};

/// What every worker shares.
#[derive(Debug, Clone)]
pub struct State {
    db: Data<Db>,
    policy: Data<Policy>,
    document: Data<ApiDocument>,
    routes: Data<Routes>,
    known_keys: Data<KnownKeys>,
    stems: Data<search::Stems>,
    slots: Data<Slots>,
    ready: Data<views::Ready>,
    answers: Data<Answers>,
    limits: Option<(Data<Limiter>, body::Patience, Deadline, upload::Bounds)>,
    metrics: Data<Metrics>,
    draining: Data<Draining>,
    origins: Origins,
}

impl State {
    /// Composes the API document and shares the database. Nothing is limited, and no answer is kept.
    pub fn new(db: Db, policy: Policy) -> Self {
        let document = api_document::compose();
        let routes = Routes::of(&document);
        Self {
            metrics: Data::new(db.metrics().clone()),
            draining: Data::default(),
            slots: Data::new(Slots::of(&db)),
            ready: Data::default(),
            answers: Data::new(Answers::new(0, db.changes().clone(), db.metrics().clone())),
            db: Data::new(db),
            policy: Data::new(policy),
            document: Data::new(ApiDocument::new(api_document::to_json(&document))),
            routes: Data::new(routes),
            known_keys: Data::default(),
            stems: Data::default(),
            limits: None,
            origins: Origins::default(),
        }
    }

    /// The same, with limits on what one client may ask for.
    pub fn with_limits(self, limits: &LimitsConfig) -> Self {
        let limiter = Data::new(Limiter::new(limits));
        let patience = body::Patience(limits.body_timeout);
        let deadline = Deadline(limits.request_timeout);
        let uploads =
            upload::Bounds { patience: limits.import_timeout, largest: limits.import_largest };
        let origins = limits.cors_origins.clone().unwrap_or_default();
        Self { limits: Some((limiter, patience, deadline, uploads)), origins, ..self }
    }

    /// The same, keeping finished answers in so many bytes of memory.
    pub fn with_cache(self, bytes: u64) -> Self {
        let (changes, metrics) = (self.db.changes().clone(), self.db.metrics().clone());
        Self { answers: Data::new(Answers::new(bytes, changes, metrics)), ..self }
    }

    /// The same, as the worker uses it that this is called by.
    #[must_use]
    pub fn of_worker(&self) -> Self {
        Self { db: Data::new(self.db.of_worker()), ..self.clone() }
    }

    /// Whether the program is about to end.
    pub fn draining(&self) -> &Draining {
        &self.draining
    }
}

/// Every slice. A scope takes all that begins with its path, so the longer ones come first.
pub fn routes(config: &mut ServiceConfig<'_>) {
    analysis::routes(config);
    discovery::routes(config);
    positions::routes(config);
    arguments::routes(config);
    relations::routes(config);
    citations::routes(config);
    views::routes(config);
    exports::routes(config);
    topics::routes(config);
    sources::routes(config);
    search::routes(config);
    imports::routes(config);
    tags::routes(config);
    keys::routes(config);
    health::routes(config);
    docs::routes(config);
}

/// The application, as a worker or a test runs it.
pub fn build(
    state: &State,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    > + use<>,
> {
    let limits = state.limits.clone();
    let limiter = limits.as_ref().map(|(limiter, ..)| limiter.clone());
    let caching =
        Caching::new(state.answers.clone(), limiter, state.draining.clone(), &state.origins);
    App::new()
        .configure(|config| {
            if let Some((limiter, patience, deadline, uploads)) = limits {
                config.app_data(limiter).app_data(patience).app_data(deadline).app_data(uploads);
            }
        })
        .app_data(state.db.clone())
        .app_data(state.policy.clone())
        .app_data(state.document.clone())
        .app_data(state.routes.clone())
        .app_data(state.known_keys.clone())
        .app_data(state.stems.clone())
        .app_data(state.metrics.clone())
        .app_data(state.draining.clone())
        .app_data(state.slots.clone())
        .app_data(state.ready.clone())
        .into_utoipa_app()
        .configure(routes)
        .into_app()
        .default_service(web::to(no_such_route))
        .wrap(from_fn(check_query))
        .wrap(from_fn(idempotency::fingerprint))
        .wrap(from_fn(deadline))
        .wrap(from_fn(limit))
        .wrap(from_fn(access::identify))
        .wrap(cors(&state.origins))
        .wrap(from_fn(around))
        .wrap(from_fn(compress))
        .wrap(caching)
}

/// What the admin listener answers. Its requests are not counted among those of the public.
pub fn build_admin(
    state: &State,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    > + use<>,
> {
    App::new()
        .app_data(state.db.clone())
        .app_data(state.draining.clone())
        .configure(health::admin_routes)
        .default_service(web::to(no_such_admin_route))
        .wrap(from_fn(around))
}

async fn no_such_admin_route() -> Result<HttpResponse> {
    let detail = "There are `/metrics`, `/health/live`, `/health/ready` and `/version` here.";
    Err(Problem::new(Code::NotFound, detail))
}

/// What no route took: the address is unknown, or it takes other methods.
async fn no_such_route(request: HttpRequest, routes: Data<Routes>) -> Result<HttpResponse> {
    match routes.methods_at(request.path()) {
        Some(allow) => Err(Problem::method_not_allowed(request.method().as_str(), allow)),
        None => Err(Problem::new(
            Code::NotFound,
            "There is no such address. `/docs/` lists those that there are.",
        )),
    }
}

/// Refuses a query string that is too long, and query parameters of operations that take none; the
/// others look at theirs themselves.
async fn check_query<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
    let unknown = request.app_data::<Data<Routes>>().and_then(|routes| {
        let takes_none = is_for_api(&request)
            && !request.query_string().is_empty()
            && !routes.takes_parameters(routed_path(&request), request.method());
        takes_none
            .then(|| extract::read_query::<NoParameters>(request.query_string()).err())
            .flatten()
    });
    let too_long = extract::check_length(request.query_string()).err();
    match too_long.or(unknown) {
        Some(problem) => Ok(request.error_response(problem).map_into_boxed_body()),
        None => Ok(next.call(request).await?.map_into_boxed_body()),
    }
}

/// The parameters of an operation that takes none.
#[derive(Debug)]
struct NoParameters;

impl FromJson for NoParameters {
    fn from_json(value: serde_json::Value, at: &At<'_>, faults: &mut Faults) -> Option<Self> {
        Object::open(value, at, &[], faults).map(|_nothing| Self)
    }
}

/// The addresses of the API document: which methods and parameters each takes.
#[derive(Debug)]
pub struct Routes(Vec<Route>);

#[derive(Debug)]
struct Route {
    /// The parts of the path; `None` where any text may stand.
    segments: Vec<Option<String>>,
    methods: Vec<&'static str>,
    with_parameters: Vec<&'static str>,
}

/// The parts of a path; `None` where any text may stand.
fn segments(path: &str) -> Vec<Option<String>> {
    path.split('/').map(|segment| (!segment.starts_with('{')).then(|| segment.to_owned())).collect()
}

impl Routes {
    fn of(document: &utoipa::openapi::OpenApi) -> Self {
        let routes = document.paths.paths.iter().map(|(path, item)| Route {
            segments: segments(path),
            methods: api_document::methods(item),
            with_parameters: api_document::methods_with_query(item),
        });
        let pages = docs::PAGES.iter().map(|path| Route {
            segments: segments(path),
            methods: vec!["GET", "HEAD"],
            with_parameters: Vec::new(),
        });
        Self(routes.chain(pages).collect())
    }

    fn at(&self, path: &str) -> Option<&Route> {
        let fits = |route: &&Route| {
            route.segments.len() == path.split('/').count()
                && route.segments.iter().zip(path.split('/')).all(|(part, segment)| match part {
                    Some(fixed) => fixed == segment,
                    None => !segment.is_empty(),
                })
        };
        // Of two patterns that fit, the one with more fixed parts is meant.
        self.0.iter().filter(fits).max_by_key(|route| route.segments.iter().flatten().count())
    }

    fn methods_at(&self, path: &str) -> Option<String> {
        self.at(path).map(|route| route.methods.join(", "))
    }

    /// Whether an operation takes query parameters; one that is not known is not judged.
    fn takes_parameters(&self, path: &str, method: &Method) -> bool {
        self.at(path).is_none_or(|route| {
            !route.methods.contains(&method.as_str())
                || route.with_parameters.contains(&method.as_str())
        })
    }
}
