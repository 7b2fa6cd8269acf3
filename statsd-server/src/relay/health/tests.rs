use socket2::{Domain, SockAddr, Socket, Type};
use tokio::runtime::Runtime;

use super::*;
use crate::relay::testing::{Node, Says};

fn check_now(runtime: &Runtime, node: &NodeOptions) -> Result<SocketAddr, String> {
    runtime.block_on(check(node, &mut Lookup::default()))
}

#[test]
fn an_answer_with_up_in_it_is_up_and_every_other_one_is_not() {
    let runtime = Runtime::new().unwrap();
    let node = Node::start(&runtime);
    for (says, up) in [
        (Says::Text("health: up\n"), true),
        (Says::Text("up"), true),
        (Says::Text("health: down\n"), false),
        (Says::Text("ERROR\n"), false),
        (Says::Text("health: UP\n"), false),
        (Says::Closes, false),
    ] {
        node.says(says);
        let found = check_now(&runtime, &node.options);
        assert_eq!(found.is_ok(), up, "{says:?}: {found:?}");
        if up {
            assert_eq!(found, Ok(node.address()));
        }
    }
    node.says(Says::Text("health: down\n"));
    assert_eq!(check_now(&runtime, &node.options), Err("it says \"health: down\"".to_owned()));
}

#[test]
fn our_own_console_is_understood() {
    let runtime = Runtime::new().unwrap();
    let node = Node::start(&runtime);
    let health = crate::health::Health::default();
    for (said, up) in [(None, true), (Some("down"), false), (Some("up"), true)] {
        node.says(Says::Text(crate::admin::health_reply(&health, said).leak()));
        assert_eq!(check_now(&runtime, &node.options).is_ok(), up);
    }
}

#[test]
fn nobody_there_is_a_failure_that_says_so() {
    let runtime = Runtime::new().unwrap();
    let mut node = Node::start(&runtime).options;
    // Bound, so that nobody else takes the port, and listening to nobody.
    let deaf = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    deaf.bind(&SockAddr::from(SocketAddr::from(([127, 0, 0, 1], 0)))).unwrap();
    node.admin_port = deaf.local_addr().unwrap().as_socket().unwrap().port();
    let why = check_now(&runtime, &node).unwrap_err();
    assert!(why.starts_with("the health check failed: Connection refused"), "{why}");
    // Too long for a name, so that no name server needs to be asked.
    node.host = "x".repeat(300);
    let why = check_now(&runtime, &node).unwrap_err();
    assert!(why.starts_with("its name: "), "{why}");
}
