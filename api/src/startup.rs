//! Puts the parts together and takes them down in order.

use std::{
    io::{IsTerminal as _, stderr},
    path::Path,
    sync::Arc,
};

use actix_web::{HttpServer, web::Data};
use anyhow::Context as _;
use clap::ValueEnum;
use liaison_mailer::{
    authenticate::Authenticator,
    transport::{AddressRule, TransportUrl},
};
use liaison_persistence::{
    database::{Database, Settings, Synchronous},
    migrate,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    app::{App, Outside},
    config::{self, Config, LogFormat, MailAuth},
    env::Env,
    http::{limits::Limits, server},
    keys::{Keys, Secrets},
    lifecycle, lmtp,
    service::{
        dkim_key::{self, signing::SigningKeys},
        intake::{lmtp::LmtpIntake, queue::Intake},
        mailbox::{secret, server::Transports},
        notification::live,
    },
    storage::Storage,
    table::Desk,
    worker,
};

/// A part of the server that can run on a node of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// The HTTP interface.
    Api,
    /// The LMTP listener.
    Lmtp,
    /// The workers.
    Workers,
}

/// Where everything lies that nobody configured a place for.
const VAR: &str = "var";

/// Serves until the process is told to stop.
pub async fn serve(mut config: Config, only: Option<Part>) -> anyhow::Result<()> {
    start_log(&config);
    install_crypto();
    anyhow::ensure!(
        !config.mail.transport.starts_with("memory:"),
        "mail.transport = memory:// is for tests only"
    );
    let env = Env::system();
    let made = config::secrets::complete(&mut config, Path::new(VAR), &env)?;
    let database = open(&config).await?;
    let listen = config.http.listen.clone();
    let app = Data::new(build(config, env, database)?);
    require_keys(&app).await?;
    announce(&app.config, &made);
    let stop = lifecycle::on_signal();
    let runs = |part| only.is_none_or(|it| it == part);
    let background = TaskTracker::new();
    if runs(Part::Lmtp) {
        let listener = listen_lmtp(&app.config.lmtp.listen).await?;
        let intake = Arc::new(LmtpIntake(app.clone().into_inner()));
        background.spawn(lmtp::serve(listener, intake, lmtp::Limits::default(), stop.clone()));
    }
    if runs(Part::Workers) {
        background.spawn(worker::run(app.clone().into_inner(), stop.clone()));
        let (app, stop) = (app.clone(), stop.clone());
        background.spawn(async move { worker::sweep::run(&app, stop).await });
    }
    if runs(Part::Api) {
        let (app, stop) = (app.clone(), stop.clone());
        background.spawn(async move { live::run(&app, stop).await });
    }
    let served = if runs(Part::Api) { serve_http(app.clone(), &listen, stop.clone()).await } else { Ok(()) };
    if served.is_err() {
        stop.cancel();
    }
    background.close();
    background.wait().await;
    app.database.close().await;
    served
}

/// Brings the database to this program's schema.
pub async fn migrate(config: Config) -> anyhow::Result<()> {
    install_crypto();
    open(&config).await?.close().await;
    Ok(())
}

/// The application for a command that works beside the server.
pub async fn app(mut config: Config) -> anyhow::Result<App> {
    install_crypto();
    let env = Env::system();
    config::secrets::complete(&mut config, Path::new(VAR), &env)?;
    let database = open(&config).await?;
    let app = build(config, env, database)?;
    require_keys(&app).await?;
    Ok(app)
}

/// Refuses to go on without a key that something is sealed with (S19): it would look like a broken mailbox, or be lost
/// when it is written anew.
pub async fn require_keys(app: &App) -> anyhow::Result<()> {
    let missing = secret::list_missing_keys(app).await?;
    anyhow::ensure!(
        missing.is_empty() && !dkim_key::secret::lacks_keys(app).await?,
        "something is sealed with keys that are not configured; put them into secrets.previous_keys"
    );
    Ok(())
}

/// The application's parts; also what a test drives. Called inside a runtime, since the intake is a task of its own.
pub fn build(config: Config, env: Env, database: Database) -> anyhow::Result<App> {
    let keys = Keys::derive(Secrets {
        auth: config.auth.secret.as_bytes(),
        seal: config.secrets.key.as_bytes(),
        previous_seals: &config.secrets.previous_keys,
        ingest: config.ingest.secret.as_bytes(),
    })
    .context("auth.secret, secrets.key, secrets.previous_keys or ingest.secret")?;
    let storage = Storage::open(&config.storage.url).context("storage.url")?;
    let transport = config.mail.transport.parse::<TransportUrl>().context("mail.transport")?.build(None);
    let outside = outside(&config)?;
    let authenticator = authenticator(&config);
    let limits = Limits::new(&config.http);
    let intake = Intake::start(database.clone());
    Ok(App {
        config,
        database,
        env,
        keys,
        storage,
        tables: Desk::default(),
        transport,
        outside,
        signing_keys: SigningKeys::default(),
        authenticator,
        intake,
        limits,
    })
}

fn outside(config: &Config) -> anyhow::Result<Outside> {
    let read = |path: &String| std::fs::read(path).with_context(|| format!("network.ca_file = {path}"));
    Ok(Outside {
        allowed: AddressRule::for_tenants(config.network.allow_private.clone()),
        extra_roots: config.network.ca_file.as_ref().map(read).transpose()?,
        transports: Transports::default(),
    })
}

/// Without name servers a trusted hop's word is all that counts, and that is enough to serve.
fn authenticator(config: &Config) -> Option<Authenticator> {
    if config.mail.auth == MailAuth::Off {
        return None;
    }
    let made = Authenticator::new(&config.dns.settings());
    made.inspect_err(|error| {
        let error = error as &dyn std::error::Error;
        tracing::warn!(error, "senders can't be verified; dns.servers names whom to ask");
    })
    .ok()
}

async fn open(config: &Config) -> anyhow::Result<Database> {
    let synchronous = match config.database.synchronous {
        config::Synchronous::Full => Synchronous::Full,
        config::Synchronous::Normal => Synchronous::Normal,
    };
    if let Some(folder) = config.database.url.strip_prefix("sqlite://").and_then(|it| Path::new(it).parent())
    {
        std::fs::create_dir_all(folder).with_context(|| format!("the folder {}", folder.display()))?;
    }
    let url = config.database.url.clone();
    let settings = Settings { url, max_connections: config.database.max_connections, synchronous };
    let database = Database::open(&settings).await.context("database.url")?;
    migrate::migrate(&database).await.context("the database's schema")?;
    Ok(database)
}

async fn listen_lmtp(listen: &str) -> anyhow::Result<lmtp::Listener> {
    let place = listen.parse::<lmtp::Listen>();
    let place = place.with_context(|| format!("lmtp.listen = {listen}"))?;
    lmtp::Listener::bind(&place).await.with_context(|| format!("lmtp.listen = {listen}"))
}

async fn serve_http(app: Data<App>, listen: &str, stop: CancellationToken) -> anyhow::Result<()> {
    let workers = match app.config.http.workers {
        0 => std::thread::available_parallelism().map_or(1, Into::into),
        n => n,
    };
    let server = HttpServer::new(move || server::build(app.clone()))
        .workers(workers)
        .disable_signals()
        .shutdown_timeout(30)
        .bind(listen)
        .with_context(|| format!("http.listen = {listen}"))?
        .run();
    tracing::info!("serving");
    let handle = server.handle();
    tokio::spawn(async move {
        stop.cancelled().await;
        handle.stop(true).await;
    });
    server.await.context("the HTTP server")
}

/// One provider of cryptography for the whole process.
pub fn install_crypto() {
    // It is an error only where one is installed already, and then it is the same.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
}

/// Writes the log to standard error, in color where a person reads it.
pub fn start_log(config: &Config) {
    // It writes down what it sends, passwords too (S18).
    let quiet = "async_imap=off".parse().ok();
    let filter = tracing_subscriber::EnvFilter::new(&config.log.filter);
    let filter = quiet.map_or(filter.clone(), |it| filter.add_directive(it));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(stderr().is_terminal())
        .with_writer(stderr);
    // A second server in one process, as in a test, keeps the first one's log.
    drop(match config.log.format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    });
}

/// Says what runs where; a server without configuration must explain itself.
fn announce(config: &Config, made: &[String]) {
    for file in made {
        tracing::info!("made a secret: {file}");
    }
    tracing::info!("database     {}", config.database.url);
    tracing::info!("files        {}", config.storage.url);
    tracing::info!("mail leaves  {}", config.mail.transport);
    tracing::info!("mail domain  <account>.{}", config.mail.domain);
    tracing::info!("mail.auth    {}", config.mail.auth);
    tracing::info!("LMTP         {}", config.lmtp.listen);
    tracing::info!("HTTP         http://{}", config.http.listen);
    if config.public_url().is_none() {
        tracing::warn!("http.public_url is not set: mails name large files and hold no links to them");
    }
    tracing::info!("read on at   http://{}/docs", config.http.listen);
}
