//! An application with a database of its own, served in this process.

use std::{fs, future::Future, path::Path, pin::Pin, rc::Rc, sync::Arc};

use actix_web::{
    HttpResponse, body,
    dev::Service as _,
    rt::System,
    test::{TestRequest, init_service},
    web::Data,
};
use liaison_api::{
    app::App,
    config::{Config, MailAuth},
    env::Env,
    http::server,
    startup, worker,
};
use liaison_mailer::transport::MemoryTransport;
use liaison_persistence::{
    database::{Database, Engine},
    testing::{Place, TestDatabase},
};
use tempfile::TempDir;

use crate::{
    answer::Answer,
    client::Client,
    events::Events,
    sources::{TestClock, env},
};

/// Runs a test with an application of its own, then looks for what it left undone.
///
/// The database of a test that failed stays, to be looked into, until the cluster or the folder goes.
pub fn run<F: Future<Output = ()>>(engine: Engine, test: impl FnOnce(TestApp) -> F) {
    System::new().block_on(async {
        let app = TestApp::start(engine).await;
        test(app.clone()).await;
        app.finish().await;
    });
}

/// Runs a test that compares the engines, with an application on each.
pub fn run_beside<F: Future<Output = ()>>(test: impl FnOnce(TestApp, TestApp) -> F) {
    System::new().block_on(async {
        let (sqlite, postgres) =
            (TestApp::start(Engine::Sqlite).await, TestApp::start(Engine::Postgres).await);
        test(sqlite.clone(), postgres.clone()).await;
        sqlite.finish().await;
        postgres.finish().await;
    });
}

/// An application under test. Clones are the same application.
#[derive(Clone)]
pub struct TestApp(Rc<Running>);

struct Running {
    app: Data<App>,
    service: Service,
    bench: Rc<Bench>,
}

/// What stays when the application is started anew.
struct Bench {
    database: TestDatabase,
    clock: TestClock,
    env: Env,
    folder: TempDir,
    mail: MemoryTransport,
}

type Service = Box<dyn Fn(TestRequest) -> Pin<Box<dyn Future<Output = HttpResponse>>>>;

impl TestApp {
    /// Starts an application on an empty database.
    pub async fn start(engine: Engine) -> Self {
        let folder = TempDir::new().unwrap();
        let database = database(engine, folder.path()).await;
        let clock = TestClock::new();
        let config = config(folder.path());
        let bench = Bench { database, env: env(clock.clone()), clock, folder, mail: MemoryTransport::new() };
        Self::of(Rc::new(bench), config).await
    }

    /// Starts the application anew on what the last one left, as after a restart with another configuration.
    pub async fn restart(&self, configure: impl FnOnce(&mut Config)) -> Self {
        let mut config = self.0.app.config.clone();
        configure(&mut config);
        Self::of(self.0.bench.clone(), config).await
    }

    /// Another node on the same database.
    pub async fn another_node(&self) -> Self {
        let bench = self.0.bench.clone();
        let database = bench.database.open_again().await.unwrap();
        Self::on(database, bench, self.0.app.config.clone()).await
    }

    async fn of(bench: Rc<Bench>, config: Config) -> Self {
        Self::on(bench.database.database.clone(), bench, config).await
    }

    async fn on(database: Database, bench: Rc<Bench>, config: Config) -> Self {
        startup::start_log(&config);
        let mut app = startup::build(config, bench.env.clone(), database).unwrap();
        // Where a test names a server, mail is meant to leave by it.
        if !app.config.mail.transport.starts_with("smtp://") {
            app.transport = Arc::new(bench.mail.clone());
        }
        let app = Data::new(app);
        let service = serve(app.clone()).await;
        Self(Rc::new(Running { app, service, bench }))
    }

    /// The application's parts, for what no user can see.
    pub fn parts(&self) -> &Data<App> {
        &self.0.app
    }

    pub fn clock(&self) -> &TestClock {
        &self.0.bench.clock
    }

    /// A folder that is gone after the test.
    pub fn folder(&self) -> &Path {
        self.0.bench.folder.path()
    }

    pub fn engine(&self) -> Engine {
        self.0.app.database.engine()
    }

    /// Where mail of this application arrives. A test takes what it expects; what is left unread fails it.
    pub fn mail(&self) -> &MemoryTransport {
        &self.0.bench.mail
    }

    /// Runs all jobs that are due; a job that fails fails the test.
    pub async fn work(&self) {
        let drained = worker::drain(self.parts()).await.unwrap();
        assert!(drained.failed.is_empty(), "{:?}", drained.failed);
    }

    /// Somebody who has not signed in.
    pub fn anon(&self) -> Client {
        Client::new(self.clone())
    }

    pub(crate) async fn answer(&self, request: TestRequest) -> Answer {
        let response = (self.0.service)(request).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        if Events::are_in(&response) {
            // It has no end.
            let first = Events::of(response).chunk().await;
            return Answer::new(status, headers, first.unwrap_or_default());
        }
        Answer::new(status, headers, body::to_bytes(response.into_body()).await.unwrap())
    }

    pub(crate) async fn listen(&self, request: TestRequest) -> Events {
        Events::of((self.0.service)(request).await)
    }

    /// Ends the test: nothing may be left to be done, no mail unread.
    async fn finish(&self) {
        let left = worker::drain(self.parts()).await.unwrap();
        assert_eq!(left.jobs, 0, "the test left jobs to be done: `app.work()` does them");
        let unread: Vec<_> = self.mail().sent().into_iter().map(|it| it.envelope).collect();
        assert!(unread.is_empty(), "the test left mail unread: {unread:?}");
        self.0.bench.database.remove().await.unwrap();
    }
}

/// An empty database; SQLite keeps it in `folder`.
pub(crate) async fn database(engine: Engine, folder: &Path) -> TestDatabase {
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tmp");
    fs::create_dir_all(&templates).unwrap();
    let postgres_url = match engine {
        Engine::Sqlite => String::new(),
        Engine::Postgres => postgres_url(),
    };
    let place = Place { folder, templates: &templates, postgres_url: &postgres_url };
    TestDatabase::create(engine, place).await.unwrap()
}

/// The whole stack of middleware and routes that a worker of the server has, without the socket.
async fn serve(app: Data<App>) -> Service {
    let service = Rc::new(init_service(server::build(app)).await);
    Box::new(move |request| {
        let service = service.clone();
        Box::pin(async move {
            match service.call(request.to_request()).await {
                Ok(response) => response.into_parts().1.map_into_boxed_body(),
                Err(error) => error.error_response(),
            }
        })
    })
}

/// Secrets of this test alone, limits that no test meets by chance, nothing outside the folder.
fn config(folder: &Path) -> Config {
    let mut config = Config::default();
    config.auth.secret = "the auth secret of every test app".into();
    config.secrets.key = "the sealing key of every test app".into();
    config.ingest.secret = "the ingest secret of every test app".into();
    config.http.rate_limit_per_minute = u32::MAX;
    config.http.signup_limit_per_minute = u32::MAX;
    config.http.login_limit_per_minute = u32::MAX;
    config.http.link_limit_per_minute = u32::MAX;
    config.mail.domain = "liaison.test".into();
    config.http.public_url = "https://liaison.test".into();
    // No test asks the machine's name servers; those about the origin of mail bring their own.
    config.mail.auth = MailAuth::Off;
    // What went wrong inside stands beside the failure of the test.
    config.log.filter = "warn".into();
    config.storage.url = format!("file://{}", folder.join("files").display());
    config
}

/// The cluster that `scripts/with-postgres` started.
#[expect(clippy::disallowed_methods, reason = "the one place where tests read the environment")]
fn postgres_url() -> String {
    std::env::var("TEST_POSTGRES_URL").unwrap_or_else(|_| {
        panic!("TEST_POSTGRES_URL is not set: `make test` starts a PostgreSQL and sets it, scripts/with-postgres too")
    })
}
