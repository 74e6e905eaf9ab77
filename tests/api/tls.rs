//! TLS to the database: every mode, against a PostgreSQL that has a certificate and one that has none.

use std::net::TcpListener;
use std::path::PathBuf;

use debatebase::db::{BoxError, Db, connect, migrations};
use debatebase::metrics::Work;
use diesel::sql_types::Bool;
use diesel::{QueryableByName, sql_query};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use crate::support::{OwnPostgres, on_a_runtime};

/// A PostgreSQL that answers at a port of this machine, as `localhost` and by address.
struct Server {
    _postgres: OwnPostgres,
    port: u16,
}

/// An authority that vouches for certificates.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// A file with its own certificate.
    file: File,
}

/// A file that is removed with its test.
struct File(PathBuf);

impl File {
    fn with(text: &str) -> Self {
        let name = format!("debatebase-tls-{}.pem", uuid::Uuid::now_v7().simple());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    fn name(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        _ = std::fs::remove_file(&self.0);
    }
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // Two authorities of one name would be taken for each other until a signature is wrong.
        let name = uuid::Uuid::now_v7().to_string();
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let file = File::with(&params.self_signed(&key).unwrap().pem());
        Self { issuer: Issuer::new(params, key), file }
    }

    /// A certificate for a name, and its key.
    fn vouch_for(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }
}

impl Server {
    fn start() -> Self {
        // Free now, and for the moment that it takes to start.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let port_setting = format!("port={port}");
        let postgres = OwnPostgres::start(&["listen_addresses=127.0.0.1", &port_setting]);
        Self { _postgres: postgres, port }
    }

    fn url(&self, host: &str, query: &str) -> String {
        format!("postgres://debatebase@{host}:{}/postgres?{query}", self.port)
    }

    /// Gives it a certificate. It writes the files itself, so that they are its own.
    fn with_certificate(self, (certificate, key): (String, String)) -> Self {
        on_a_runtime(async {
            let mut conn = connect(&self.url("127.0.0.1", "sslmode=disable")).await.unwrap();
            for (name, text) in [("server.crt", certificate), ("server.key", key)] {
                let lines = format!("select unnest(string_to_array('{}', E'\\n'))", text.trim());
                let copy = format!("copy ({lines}) to program 'cat > {name}'");
                conn.batch_execute(&copy).await.unwrap();
            }
            conn.batch_execute("copy (select 1) to program 'chmod 600 server.key'").await.unwrap();
            conn.batch_execute("alter system set ssl = on").await.unwrap();
            conn.batch_execute("select pg_reload_conf()").await.unwrap();
            while connect(&self.url("127.0.0.1", "sslmode=require")).await.is_err() {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        });
        self
    }

    /// Whether a connection came about, and if so, whether it is encrypted.
    fn try_to(&self, host: &str, query: &str) -> Result<bool, String> {
        on_a_runtime(async {
            let mut conn =
                connect(&self.url(host, query)).await.map_err(|error| error.to_string())?;
            let encrypted: Encrypted = sql_query(ENCRYPTED).get_result(&mut conn).await.unwrap();
            Ok(encrypted.ssl)
        })
    }
}

#[derive(QueryableByName)]
struct Encrypted {
    #[diesel(sql_type = Bool)]
    ssl: bool,
}

const ENCRYPTED: &str = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";

#[track_caller]
fn fails(outcome: &Result<bool, String>, why: &str) {
    let error = outcome.as_ref().expect_err("it came about");
    assert!(error.contains(why), "{error}");
}

#[test]
fn every_mode_keeps_out_what_libpq_keeps_out_by_it() {
    let (ours, other) = (Authority::new(), Authority::new());
    let server = Server::start().with_certificate(ours.vouch_for("localhost"));
    let (right, wrong) = (ours.file.name(), other.file.name());
    let ask = |host: &str, mode: &str, root: &str| {
        server.try_to(host, &format!("sslmode={mode}&sslrootcert={root}"))
    };

    for (mode, encrypted) in [("disable", false), ("prefer", true), ("require", true)] {
        assert_eq!(server.try_to("localhost", &format!("sslmode={mode}")), Ok(encrypted), "{mode}");
        assert_eq!(server.try_to("127.0.0.1", &format!("sslmode={mode}")), Ok(encrypted), "{mode}");
    }
    assert_eq!(server.try_to("localhost", ""), Ok(true));
    // With a root certificate, `require` means `verify-ca`; and `prefer` still trusts everybody.
    assert_eq!(ask("localhost", "disable", wrong), Ok(false));
    assert_eq!(ask("localhost", "prefer", wrong), Ok(true));
    for mode in ["require", "verify-ca"] {
        assert_eq!(ask("localhost", mode, right), Ok(true));
        assert_eq!(ask("127.0.0.1", mode, right), Ok(true));
        fails(&ask("localhost", mode, wrong), "UnknownIssuer");
    }
    assert_eq!(ask("localhost", "verify-full", right), Ok(true));
    fails(&ask("127.0.0.1", "verify-full", right), "not valid for name");
    fails(&ask("localhost", "verify-full", wrong), "UnknownIssuer");
    // Nobody vouches for our certificate to the whole world.
    fails(&server.try_to("localhost", "sslrootcert=system"), "certificate");
}

#[test]
fn a_certificate_that_a_server_signed_itself_is_known_by_itself() {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let own = params.self_signed(&key).unwrap().pem();
    let file = File::with(&own);
    let server = Server::start().with_certificate((own, key.serialize_pem()));

    let verify = format!("sslmode=verify-full&sslrootcert={}", file.name());

    assert_eq!(server.try_to("localhost", &verify), Ok(true));
    fails(&server.try_to("127.0.0.1", &verify), "not valid for name");
}

#[test]
fn a_server_without_tls_is_used_only_where_none_is_asked_for() {
    let authority = Authority::new();
    let server = Server::start();

    for mode in ["disable", "prefer"] {
        assert_eq!(server.try_to("localhost", &format!("sslmode={mode}")), Ok(false), "{mode}");
    }
    for mode in ["require", "verify-ca", "verify-full"] {
        let query = format!("sslmode={mode}&sslrootcert={}", authority.file.name());
        fails(&server.try_to("localhost", &query), "server does not support TLS");
    }
}

#[test]
fn every_connection_of_the_program_is_encrypted() {
    let authority = Authority::new();
    let server = Server::start().with_certificate(authority.vouch_for("localhost"));
    let query = format!("sslmode=verify-full&sslrootcert={}", authority.file.name());
    let url = server.url("localhost", &query);

    let found: Result<(bool, bool), BoxError> = on_a_runtime(async {
        migrations::run(&url).await?;
        let db = Db::new(&url, 4)?;
        let shared: Encrypted = sql_query(ENCRYPTED).get_result(&mut &*db.read().await?).await?;
        let alone =
            async |conn: &mut _| Ok(sql_query(ENCRYPTED).get_result::<Encrypted>(conn).await?);
        let alone = db.alone(Work::LongRead, alone).await?;
        db.close();
        Ok((shared.ssl, alone.ssl))
    });

    assert_eq!(found.unwrap(), (true, true));
}

#[test]
fn a_root_certificate_that_cannot_be_read_is_told() {
    let empty = File::with("no certificate");
    let server = Server::start();

    let missing = server.try_to("localhost", "sslmode=verify-ca&sslrootcert=/nowhere/ca.pem");
    let not_one = format!("sslmode=verify-ca&sslrootcert={}", empty.name());

    fails(&missing, "the root certificates in /nowhere/ca.pem cannot be read: No such file");
    fails(&server.try_to("localhost", &not_one), "there is no certificate in it");
    fails(&server.try_to("localhost", "sslmode=maybe"), "the sslmode `maybe` is not known");
}
