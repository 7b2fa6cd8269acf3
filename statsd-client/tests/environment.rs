//! `from_env` with the variables of a process of its own.

use std::env;
use std::net::UdpSocket;
use std::process::Command;
use std::time::Duration;

use statsd_client::Client;

/// Marks the process that this test starts of itself.
const CHILD: &str = "ENVIRONMENT_TEST_CHILD";

#[test]
fn a_process_sends_where_and_what_its_environment_says() {
    if env::var_os(CHILD).is_some() {
        let builder = Client::builder().tag("team", "a").from_env().unwrap();
        assert_eq!(
            builder.environment().used(),
            ["STATSD_PREFIX", "DD_AGENT_HOST", "DD_DOGSTATSD_PORT", "DD_ENV"]
        );
        assert_eq!(builder.environment().ignored(), ["DD_TAGS"]);
        let client = builder.origin_detection(false).build().unwrap();
        client.increment("users.new");
        assert!(client.flush(Duration::from_secs(10)));
        return;
    }

    let server = UdpSocket::bind("[::1]:0").unwrap();
    server.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "a_process_sends_where_and_what_its_environment_says"])
        .env_clear()
        .env(CHILD, "1")
        .env("STATSD_PREFIX", "shop")
        .env("DD_AGENT_HOST", "::1")
        .env("DD_DOGSTATSD_PORT", server.local_addr().unwrap().port().to_string())
        .env("DD_ENV", "production")
        .env("DD_TAGS", "env:other")
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
    let mut packet = [0; 2_048];
    let length = server.recv(&mut packet).unwrap();
    let line = String::from_utf8_lossy(&packet[..length]);
    assert_eq!(line, "shop.users.new:1|c|#team:a,env:production");
}
