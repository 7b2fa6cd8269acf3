//! `client = …`: whom the calls of a function are for.

use std::io;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, LazyLock};
use std::thread;

use statsd_client::{
    Backend, Captured, Client, statsd_count, statsd_count_if, statsd_count_success,
    statsd_distribution, statsd_gauge_inflight, statsd_instrument, statsd_measure,
};

use crate::matrix::{Ends, around};
use crate::steps::{finish, step};
use crate::wire::{PATIENCE, client, lines, lines_of, sent};

/// Runs a block once for each attribute, with its name in the place of `$attribute`.
macro_rules! with_each {
    ($cell:ident) => {
        $cell!(statsd_count);
        $cell!(statsd_count_if);
        $cell!(statsd_count_success);
        $cell!(statsd_measure);
        $cell!(statsd_distribution);
        $cell!(statsd_gauge_inflight);
    };
}

/// The lines of some calls that do nothing.
fn expected(attribute: &str, calls: usize) -> Vec<String> {
    (0..calls).flat_map(|_| around(attribute, &[], Ends::Success)).collect()
}

/// The only client of its kind, and what it has sent.
static SHARED: LazyLock<(Client, Captured)> = LazyLock::new(|| client(|builder| builder));
static CLIENT: LazyLock<Client> = LazyLock::new(|| SHARED.0.clone());

#[test]
fn whatever_is_a_client_when_it_is_dereferenced_will_do() {
    macro_rules! cell {
        ($attribute:ident) => {{
            struct Service {
                statsd: Arc<Client>,
            }

            fn by_name(client: &Service) -> Client {
                Client::clone(&client.statsd)
            }

            #[$attribute("m", client = client)]
            fn lent(client: &Client) -> bool {
                client.stats().dropped.total() == 0
            }

            #[$attribute("m", client = client)]
            fn shared(client: &Arc<Client>) -> bool {
                client.stats().dropped.total() == 0
            }

            #[$attribute("m", client = client)]
            fn moved(client: Client) -> bool {
                drop(client);
                true
            }

            #[$attribute("m", client = by_name(service))]
            fn made(service: &Service) -> bool {
                Arc::strong_count(&service.statsd) > 0
            }

            impl Service {
                #[$attribute("m", client = self.statsd)]
                fn field(&mut self) -> Option<&mut Self> {
                    Some(self)
                }

                #[$attribute("m", client = self.statsd)]
                async fn later(self) -> bool {
                    step().await;
                    true
                }
            }

            let sent = lines_of(
                |builder| builder,
                |client| {
                    let mut service = Service { statsd: Arc::new(client.clone()) };
                    assert!(lent(client) && shared(&service.statsd) && moved(client.clone()));
                    assert!(made(&service) && service.field().is_some());
                    assert!(finish(service.later()));
                },
            );
            assert_eq!(sent, expected(stringify!($attribute), 6));
        }};
    }

    with_each!(cell);
}

#[test]
fn a_client_in_a_static_is_made_at_the_first_call() {
    macro_rules! cell {
        ($attribute:ident) => {{
            #[$attribute("m", client = CLIENT)]
            fn work() -> bool {
                true
            }

            SHARED.1.clear();
            assert!(work());
            assert_eq!(sent(&SHARED.0, &SHARED.1), expected(stringify!($attribute), 1));
        }};
    }

    with_each!(cell);
}

#[test]
fn neither_a_scope_nor_an_installed_client_takes_a_call_that_names_another() {
    macro_rules! cell {
        ($attribute:ident) => {{
            #[$attribute("m", client = client)]
            fn work(client: &Client) -> bool {
                client.stats().dropped.total() == 0
            }

            let (named, captured) = client(|builder| builder);
            assert!(lines(|| assert!(work(&named))).is_empty());
            let installed = crate::wire::lines_of_installed(|_| assert!(work(&named)));
            assert!(installed.is_empty());
            assert_eq!(sent(&named, &captured), expected(stringify!($attribute), 2));
        }};
    }

    with_each!(cell);
}

#[test]
fn a_child_adds_its_prefix_and_its_tags_and_no_prefix_leaves_every_prefix_out() {
    macro_rules! cell {
        ($attribute:ident) => {{
            #[$attribute("m", client = client)]
            fn work(client: &Client) -> bool {
                client.stats().dropped.total() == 0
            }

            #[$attribute("m", client = client, no_prefix)]
            fn bare(client: &Client) -> bool {
                client.stats().dropped.total() == 0
            }

            #[$attribute("m", client = client, no_prefix, tags(call = "own", n = n))]
            fn tagged(client: &Client, n: u8) -> bool {
                client.stats().dropped.total() == 0 && n > 0
            }

            #[$attribute("m", no_prefix)]
            fn in_scope() -> bool {
                true
            }

            let all = lines_of(
                |builder| builder.prefix("shop").tag("env", "test"),
                |parent| {
                    let child = parent.child().prefix("cart").tag("call", "child").build();
                    for client in [parent, &child] {
                        assert!(work(client) && bare(client) && tagged(client, 1));
                        client.scope(|| assert!(in_scope()));
                    }
                },
            );
            let with = |prefix: &str, tags: &str| {
                let lines = expected(stringify!($attribute), 1).into_iter();
                lines.map(|line| format!("{prefix}{line}|#env:test{tags}")).collect::<Vec<_>>()
            };
            let expected = [
                with("shop.", ""),
                with("", ""),
                with("", ",call:own,n:1"),
                with("", ""),
                with("shop.cart.", ",call:child"),
                with("", ",call:child"),
                with("", ",call:own,n:1"),
                with("", ",call:child"),
            ];
            assert_eq!(all, expected.concat());
        }};
    }

    with_each!(cell);
}

#[test]
fn clients_that_take_turns_at_one_site_are_never_mixed_up() {
    const CALLS: usize = 300;
    const THREADS: usize = 3;

    #[statsd_count("count", client = client)]
    #[statsd_count("tagged", client = client, tags(n = n))]
    #[statsd_count_if("if", client = client)]
    #[statsd_count_success("ended", client = client, tag_error_class)]
    #[statsd_measure("time", client = client)]
    #[statsd_distribution("spread", client = client, tags(n = n))]
    fn work(client: &Client, n: usize) -> Result<&Client, std::fmt::Error> {
        if n == 0 { Ok(client) } else { Err(std::fmt::Error) }
    }

    let (first, first_sent) = client(|builder| builder);
    let (second, second_sent) = client(|builder| builder.prefix("second"));
    let child = first.child().prefix("child").build();
    let clients = [&first, &second, &child];
    thread::scope(|scope| {
        for seed in 0..THREADS {
            let clients = &clients;
            let _thread = scope.spawn(move || {
                let mut draw = seed;
                for _ in 0..CALLS {
                    draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
                    let client = clients[(draw >> 33) % 3];
                    assert_eq!(work(client, (draw >> 40) % 2).is_err(), (draw >> 40) % 2 == 1);
                }
            });
        }
    });
    let all = [sent(&first, &first_sent), sent(&second, &second_sent)];
    let count = |at: usize, prefix: &str| {
        let named = |name: &str| {
            let start = format!("{prefix}{name}");
            all[at].iter().filter(|line| line.starts_with(&start)).count()
        };
        let calls = named("count:");
        assert!(calls > 100, "{calls} of {CALLS} calls in {THREADS} threads");
        assert_eq!(named("tagged:"), calls);
        assert_eq!(named("time:"), calls);
        assert_eq!(named("spread:"), calls);
        assert_eq!(named("if:"), named("ended.success:"));
        assert_eq!(named("ended.success:") + named("ended.failure:"), calls);
        calls
    };
    assert_eq!(count(0, "") + count(0, "child.") + count(1, "second."), THREADS * CALLS);
}

/// Says that it is gone.
struct Farewell(Sender<()>);

impl Backend for Farewell {
    fn send(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn max_packet_size(&self) -> usize {
        512
    }
}

impl Drop for Farewell {
    fn drop(&mut self) {
        let _nobody_waits = self.0.send(());
    }
}

/// A client that ends does so where its last clone is dropped: not in a guard of ours, behind the body,
/// where it would wait for the backend.
#[test]
fn a_client_whose_last_clone_is_dropped_in_the_body_ends_there() {
    macro_rules! cell {
        ($attribute:ident) => {{
            #[$attribute("m", client = client)]
            fn fixed(client: Client, gone: &mpsc::Receiver<()>) -> bool {
                drop(client);
                gone.recv_timeout(PATIENCE).is_ok()
            }

            #[$attribute("m.{n}", client = client, tags(n = n))]
            fn varying(client: Client, gone: &mpsc::Receiver<()>, n: u8) -> bool {
                drop(client);
                gone.recv_timeout(PATIENCE).is_ok() && n > 0
            }

            let new = || {
                let (sender, receiver) = mpsc::channel();
                (Client::builder().backend(Farewell(sender)).build().unwrap(), receiver)
            };
            let (client, gone) = new();
            assert!(fixed(client, &gone));
            let (client, gone) = new();
            assert!(varying(client, &gone, 1));
        }};
    }

    with_each!(cell);
}

#[test]
fn a_client_that_was_shut_down_takes_no_calls_and_says_so() {
    #[statsd_count("a", client = client)]
    #[statsd_measure("b", client = client)]
    #[statsd_count_success("c", client = client)]
    #[statsd_gauge_inflight("d", client = client)]
    fn work(client: &Client) -> bool {
        client.shutdown(PATIENCE).is_nothing()
    }

    let (client, captured) = client(|builder| builder);
    assert!(work(&client));
    assert_eq!(captured.lines(), ["d:1|g", "a:1|c"]);
    assert_eq!(client.stats().dropped.no_thread, 3, "{:?}", client.stats());
}

#[test]
fn every_method_of_a_block_may_use_its_own_client() {
    struct Shop {
        statsd: Client,
        sold: u8,
    }

    #[statsd_instrument(
        client = self.statsd, no_prefix, prefix = "shop.{self.sold}", tags(sold = self.sold),
        count, count_success, gauge_inflight, measure, distribution
    )]
    impl Shop {
        fn sell(&mut self) -> Option<u8> {
            self.sold += 1;
            Some(self.sold)
        }
    }

    let sent = lines_of(
        |builder| builder.prefix("left.out"),
        |client| assert_eq!(Shop { statsd: client.clone(), sold: 3 }.sell(), Some(4)),
    );
    let expected = ["shop.3.sell.inflight:1|g|#sold:3", "shop.3.sell:T|ms|#sold:3"];
    assert!(expected.iter().all(|line| sent.contains(&(*line).to_owned())), "{sent:?}");
    assert_eq!(sent.len(), 6, "{sent:?}");
}
