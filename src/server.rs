//! The commands: sockets, workers, and a graceful stop.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::{Server, ServerHandle};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;

use crate::access::{self, Policy};
use crate::app::{self, State};
use crate::config::{Config, Seed, ServerConfig};
use crate::db::home::Home;
use crate::db::{BoxError, Db, Patience};
use crate::domain::slug::Slug;
use crate::operator::migrate_at;
use crate::{imports, keys};

/// Migrates, seeds an empty database, and answers until told to stop.
pub async fn serve(config: &Config) -> Result<(), BoxError> {
    config.server.limits.check()?;
    // Before PostgreSQL is started: a signal must not end the program and leave it running.
    let mut stop = StopSignal::listen()?;
    let mut home = Home::open(&config.common).await?;
    let served = serve_from(&mut home, &config.server, &mut stop).await;
    let closed = home.close().await;
    served.and(closed)
}

async fn serve_from(
    home: &mut Home,
    config: &ServerConfig,
    stop: &mut StopSignal,
) -> Result<(), BoxError> {
    let db = stop.unless_given(prepare(home, config)).await?;
    let to_try = imports::queries::newest_published(&*db.read().await?).await?;

    let policy = if config.read_only { Policy::ReadOnly } else { Policy::ByKey };
    let state = State::new(db.clone(), policy).with_limits(&config.limits);
    let state = state.with_cache(config.cache_size);
    let following = match config.cache_size {
        0 => None,
        _ => Some(db.follow_changes(config.direct_database_url(home.url()))?),
    };
    home.keep_running();
    let forgetting = tokio::spawn(forget_regularly(db.clone()));
    let mut public = Listener::public(&state, config)?;
    let admin = config.admin_listen.map(|address| Listener::admin(&state, address)).transpose()?;
    home.note(&format!("serving http://{}", public.address))?;
    let key = first_key(&db, home).await?;
    welcome(public.address, admin.as_ref().map(|it| it.address), home, &key, to_try.as_ref())?;

    let signal = tokio::select! {
        signal = stop.wait() => signal,
        ended = &mut public.running => {
            ended??;
            return Err("The server ended by itself.".into());
        }
    };
    state.draining().begin();
    // A person at a terminal has no balancer that has to notice.
    if signal == SIGTERM {
        answer_on_for(config.drain_delay, stop).await;
    }
    let most = config.shutdown_timeout;
    log::info!("{signal}: finishing what is in flight, for at most {} s", most.as_secs());
    let mut finishing = std::pin::pin!(public.finish());
    tokio::select! {
        finished = &mut finishing => finished?,
        () = tokio::time::sleep(most) => {
            warn_of_unfinished(&db, most);
            finishing.await?;
        }
    }
    if let Some(admin) = admin {
        admin.finish().await?;
    }
    forgetting.abort();
    if let Some(following) = following {
        following.abort();
    }
    db.close();
    log::info!("stopped");
    Ok(())
}

/// Lets balancers notice that the program is not ready, unless it is told a second time.
async fn answer_on_for(delay: Duration, stop: &mut StopSignal) {
    if delay.is_zero() {
        return;
    }
    log::info!("not ready any more, and answering on for {} s", delay.as_secs());
    tokio::select! {
        () = tokio::time::sleep(delay) => {}
        signal = stop.wait() => log::info!("{signal} again: not waiting any longer"),
    }
}

fn warn_of_unfinished(db: &Db, most: Duration) {
    let unfinished = db.metrics().requests_in_flight();
    if unfinished > 0 {
        let seconds = most.as_secs();
        log::warn!("{unfinished} request(s) take longer than {seconds} s and are cut off");
    }
}

/// A socket with those who answer at it.
struct Listener {
    address: SocketAddr,
    handle: ServerHandle,
    running: JoinHandle<std::io::Result<()>>,
}

/// How long what was accepted last may take until a worker reads it.
const SETTLING: Duration = Duration::from_millis(100);

impl Listener {
    /// The API.
    fn public(state: &State, config: &ServerConfig) -> Result<Self, BoxError> {
        let state = state.clone();
        let server = HttpServer::new(move || app::build(&state.of_worker()))
            .workers(config.workers())
            .client_request_timeout(config.limits.header_timeout)
            // Who closes its half of the connection is gone, and what it asked for is given up.
            .h1_allow_half_closed(false)
            .shutdown_timeout(config.shutdown_timeout.as_secs());
        let server = server
            .disable_signals()
            .bind(config.listen)
            .map_err(|error| cannot_listen(config.listen, &error, "--listen"))?;
        let address = server.addrs().first().copied().unwrap_or(config.listen);
        Ok(Self::run(address, server.run()))
    }

    /// The metrics, and the health pages.
    fn admin(state: &State, listen: SocketAddr) -> Result<Self, BoxError> {
        let state = state.clone();
        let server = HttpServer::new(move || app::build_admin(&state))
            .workers(1)
            .shutdown_timeout(1)
            .disable_signals()
            .bind(listen)
            .map_err(|error| cannot_listen(listen, &error, "--admin-listen"))?;
        let address = server.addrs().first().copied().unwrap_or(listen);
        Ok(Self::run(address, server.run()))
    }

    fn run(address: SocketAddr, server: Server) -> Self {
        let handle = server.handle();
        Self { address, handle, running: tokio::spawn(server) }
    }

    /// Accepts nothing more, answers what was accepted, and ends.
    async fn finish(self) -> Result<(), BoxError> {
        // A stop drops connections that were accepted and that no worker has looked at yet, and
        // closes those whose request was not read. So no more are accepted first.
        self.handle.pause().await;
        tokio::time::sleep(SETTLING).await;
        self.handle.stop(true).await;
        Ok(self.running.await??)
    }
}

fn cannot_listen(address: SocketAddr, error: &std::io::Error, setting: &str) -> BoxError {
    format!("Cannot listen at {address}: {error}. `{setting}` chooses another address.").into()
}

/// Migrates the database, and seeds it if it is empty.
async fn prepare(home: &Home, config: &ServerConfig) -> Result<Db, BoxError> {
    for name in migrate_at(home).await? {
        log::info!("migrated: {name}");
    }
    let patience = Patience::within(config.limits.request_timeout);
    let (connections, workers) = (config.database_connections.into(), config.workers());
    let db = Db::for_requests(home.url(), connections, workers, patience)?;
    if config.seed == Seed::Essay && imports::is_empty(&db).await? {
        let essay = imports::seeds::essay()?;
        // No request waits for it, so it may take its time.
        let seeding = Db::new(home.url(), 2)?;
        let report = imports::apply(&seeding, &essay).await?;
        seeding.close();
        log::info!("seeded {}: {report}", essay.name());
    }
    Ok(db)
}

/// Forgets, every hour, the answers that were kept for long enough.
async fn forget_regularly(db: Db) {
    let mut hour = tokio::time::interval(Duration::from_secs(3600));
    loop {
        hour.tick().await;
        match access::forget_old_answers(&db).await {
            Ok(forgotten) => log::debug!("forgot {forgotten} kept answer(s)"),
            Err(problem) => log::warn!("old kept answers could not be forgotten: {problem}"),
        }
    }
}

/// Where the key for the first changes is, or how to make one.
async fn first_key(db: &Db, home: &Home) -> Result<String, BoxError> {
    let how = "none yet: `debatebase key create --label NAME --scope admin` makes one";
    if let Some(data_dir) = home.data_dir() {
        let file = keys::first::keep_in(db, data_dir).await?;
        let shown = file.map(|file| format!("{} (allows everything)", file.display()));
        return Ok(shown.unwrap_or_else(|| "`debatebase key list` lists them".to_owned()));
    }
    let any = keys::queries::any_allows_everything(&*db.read().await?).await?;
    Ok(if any { "`debatebase key list` lists them" } else { how }.to_owned())
}

fn welcome(
    address: SocketAddr,
    admin: Option<SocketAddr>,
    home: &Home,
    key: &str,
    to_try: Option<&Slug>,
) -> Result<(), BoxError> {
    let path = to_try.map_or_else(String::new, |topic| format!("/{topic}/outline"));
    let admin = admin.map_or_else(String::new, |it| format!("  Admin http://{it}/metrics\n"));
    say(&format!(
        "\nDebatebase is ready.\n  API   http://{address}/v1/topics\n  Docs  http://{address}/docs/\n\
         {admin}  Data  {}\n  Key   {key}\n\nTry:\n  curl http://{address}/v1/topics{path}\n",
        home.place()
    ))
}

/// What the program says on standard output, for people and for scripts that wait for it.
pub fn say(text: &str) -> Result<(), BoxError> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// What a supervisor sends.
const SIGTERM: &str = "SIGTERM";

/// The signals that end the program.
#[derive(Debug)]
pub(crate) struct StopSignal {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignal {
    pub(crate) fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Does some work, unless a signal comes first.
    pub(crate) async fn unless_given<T>(
        &mut self,
        work: impl Future<Output = Result<T, BoxError>>,
    ) -> Result<T, BoxError> {
        tokio::select! {
            done = work => done,
            signal = self.wait() => Err(format!("Stopped by {signal} before it was done.").into()),
        }
    }

    async fn wait(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => SIGTERM,
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
