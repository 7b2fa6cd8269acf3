//! Methods of a class, its clients, and who may call them: 26 to 37 of the table.

use statsd_client::{Client, install, statsd_count, statsd_count_success};

use super::{Reply, ssl_post};
use crate::wire::{assert_lines, lines_of, lines_of_installed};

// 26
#[test]
fn an_associated_function_is_counted_as_a_method_is() {
    struct Class;

    impl Class {
        #[statsd_count("gateway.sync")]
        fn sync() -> bool {
            true
        }
    }

    assert_lines(|| assert!(Class::sync()), &["gateway.sync:1|c"]);
}

// 27
#[test]
fn a_count_may_have_tags() {
    #[statsd_count("gateway.sync", tags(key = "value"))]
    fn sync() {}

    assert_lines(sync, &["gateway.sync:1|c|#key:value"]);
}

// 28
/// In Ruby a method keeps the client of its first call. Here the one that is installed is always it.
#[test]
fn another_client_that_is_installed_holds_at_once() {
    #[statsd_count("gateway.sync")]
    fn sync() {}

    let all = lines_of_installed(|foo| {
        sync();
        let quc = foo.child().prefix("quc").build();
        let uninstall = install(quc);
        sync();
        drop(uninstall);
        // Nobody is there.
        sync();
    });
    assert_eq!(all, ["gateway.sync:1|c", "quc.gateway.sync:1|c"]);
}

// 29
#[test]
fn a_client_of_the_attributes_own_is_called() {
    #[statsd_count("gateway.ssl_post", client = client)]
    fn post(client: &Client, accepted: bool) -> Reply {
        client.gauge("in.the.body", 1);
        ssl_post(accepted)
    }

    let posts = |client: &Client| assert!(post(client, true).is_ok());
    let all = lines_of(|builder| builder.prefix("prefix"), posts);
    assert_eq!(all, ["prefix.gateway.ssl_post:1|c", "prefix.in.the.body:1|g"]);
}

// 30
#[test]
fn the_clients_prefix_can_be_left_out() {
    #[statsd_count_success("gateway.sync", no_prefix, client = client)]
    fn sync(client: &Client) -> bool {
        client.stats().dropped.total() == 0
    }

    let all = lines_of(|builder| builder.prefix("foo"), |client| assert!(sync(client)));
    assert_eq!(all, ["gateway.sync.success:1|c"]);
}

mod scopes {
    use statsd_client::statsd_count;

    /// What its methods may be called from is in their types.
    pub(crate) struct Instrumented;

    impl Instrumented {
        #[statsd_count("Instrumented.public")]
        pub(crate) fn public(&self) -> usize {
            self.private() + size_of_val(self)
        }

        #[statsd_count("Instrumented.protected")]
        pub(super) fn protected(&self) -> usize {
            size_of_val(self)
        }

        #[statsd_count("Instrumented.private")]
        fn private(&self) -> usize {
            size_of_val(self)
        }
    }
}

// 31
#[test]
fn a_public_method_stays_public() {
    let lines = ["Instrumented.public:1|c", "Instrumented.private:1|c"];
    assert_lines(|| assert_eq!(scopes::Instrumented.public(), 0), &lines);
}

// 32
/// The nearest to protected is `pub(super)`.
#[test]
fn a_method_of_the_module_around_stays_that() {
    let lines = ["Instrumented.protected:1|c"];
    assert_lines(|| assert_eq!(scopes::Instrumented.protected(), 0), &lines);
}

// 33
/// It is not found from here, so a trait's method of the same name is.
#[test]
fn a_private_method_stays_private() {
    trait Private {
        fn private(&self) -> &'static str {
            "the trait's"
        }
    }
    impl Private for scopes::Instrumented {}

    assert_lines::<&str>(|| assert_eq!(scopes::Instrumented.private(), "the trait's"), &[]);
}

/// What is sent while the metric of `name` is switched off, and after it is on again. The method is called all the
/// same: that it is found shows that it is what it was.
fn while_muted_and_after(name: &str, call: impl Fn()) -> [Vec<String>; 2] {
    [true, false].map(|is_muted| {
        lines_of(
            |builder| builder,
            |client| {
                assert!(client.mute(name));
                assert!(is_muted || client.unmute(name));
                client.scope(&call);
                assert_eq!(client.stats().dropped.muted, u64::from(is_muted));
            },
        )
    })
}

// 34
/// At run time an attribute is not removed; its metric is switched off, and on again.
#[test]
fn a_public_method_stays_public_while_it_is_muted() {
    let call = || assert_eq!(scopes::Instrumented.public(), 0);
    let rest = "Instrumented.private:1|c".to_owned();
    let all = ["Instrumented.public:1|c".to_owned(), rest.clone()];
    assert_eq!(while_muted_and_after("Instrumented.public", call), [vec![rest], all.to_vec()]);
}

// 35
/// As above.
#[test]
fn a_method_of_the_module_around_stays_that_while_it_is_muted() {
    let call = || assert_eq!(scopes::Instrumented.protected(), 0);
    let all = vec!["Instrumented.protected:1|c".to_owned()];
    assert_eq!(while_muted_and_after("Instrumented.protected", call), [vec![], all]);
}

// 36
/// As above. It is called by the public one.
#[test]
fn a_private_method_stays_private_while_it_is_muted() {
    let call = || assert_eq!(scopes::Instrumented.public(), 0);
    let rest = "Instrumented.public:1|c".to_owned();
    let all = [rest.clone(), "Instrumented.private:1|c".to_owned()];
    assert_eq!(while_muted_and_after("Instrumented.private", call), [vec![rest], all.to_vec()]);
}

// 37
/// A module that is prepended wraps a method of its class. A trait's method with a body, that calls the type's
/// own, is what does that here.
#[test]
fn a_method_that_another_one_wraps_is_counted_once() {
    struct Class;

    impl Class {
        #[statsd_count("foo")]
        fn foo(&self) -> usize {
            size_of_val(self)
        }
    }

    trait Prepended {
        fn inner(&self) -> usize;

        fn foo(&self) -> usize {
            self.inner()
        }
    }

    impl Prepended for Class {
        fn inner(&self) -> usize {
            Self::foo(self)
        }
    }

    assert_lines(|| assert_eq!(Prepended::foo(&Class), 0), &["foo:1|c"]);
}
