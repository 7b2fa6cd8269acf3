//! What an orchestrator hears.

use std::fs;

use crate::server::{Server, until};

#[test]
fn a_server_is_healthy_and_ready_until_something_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::start(&["--data", data.to_str().unwrap(), "--flush-interval", "1s"]);
    let ok = (200, "{\"status\":\"ok\"}\n".to_owned());
    until("ready", || (server.get("/readyz") == ok).then_some(()));
    assert_eq!(server.get("/healthz"), ok);

    assert_eq!(server.console("health down"), "health: down\n");
    let (code, body) = server.get("/readyz");
    assert!(code == 503 && body.contains("its health is down"), "{body}");
    assert_eq!(server.get("/healthz"), ok);
    assert_eq!(server.console("health up"), "health: up\n");
    assert_eq!(server.get("/readyz"), ok);

    // The folder is gone, as a disk that was taken away.
    fs::rename(&data, folder.path().join("away")).unwrap();
    let (code, body) = server.get("/readyz");
    assert!(code == 503 && body.contains("it cannot store: "), "{body}");
    assert_eq!(server.get("/healthz"), ok, "a restart would not help");
    fs::rename(folder.path().join("away"), &data).unwrap();
    until("ready", || (server.get("/readyz") == ok).then_some(()));
    assert_eq!(server.end("-TERM").0, Some(0));
    let left: Vec<_> =
        fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.contains(&".probe".into()), "{left:?}");
}

#[test]
fn a_server_that_is_configured_down_is_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.js");
    fs::write(&config, "{ healthStatus: 'down' }").unwrap();
    let server = Server::start(&["--config", config.to_str().unwrap()]);
    assert_eq!((server.get("/readyz").0, server.get("/healthz").0), (503, 200));
    fs::write(&config, "{ healthStatus: 'up', debug: false }").unwrap();
    until("ready", || (server.get("/readyz").0 == 200).then_some(()));
}
