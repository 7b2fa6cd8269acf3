//! What a call macro says of what is no call: what is wrong, and what to write instead. Nothing of it is
//! left in a program that compiles.

/// How a call of each macro is written.
#[doc(hidden)]
#[macro_export]
#[rustfmt::skip]
macro_rules! __example {
    (count) => { "`count!(\"orders\", 3)`" };
    (gauge) => { "`gauge!(\"queue.depth\", 17)`" };
    (timing) => { "`timing!(\"render\", elapsed)`" };
    (distribution) => { "`distribution!(\"size\", 81.5)`" };
    (histogram) => { "`histogram!(\"size\", 81.5)`" };
    (set) => { "`set!(\"visitors\", user_id)`" };
    (measure) => { "`measure!(\"cron\", { task.run() })`" };
    (event) => { "`event!(\"Deployed\", \"shop 2.1\")`" };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __refuse_name {
    (event) => {
        ::core::compile_error!(::core::concat!(
            "an event has a title and a text: ",
            $crate::__example!(event)
        ))
    };
    ($macro:ident) => {
        ::core::compile_error!(::core::concat!(
            "the name is missing; it comes first: ",
            $crate::__example!($macro)
        ))
    };
    ($macro:ident $key:ident) => {
        ::core::compile_error!(::core::concat!(
            "what comes first is the name, without a key: ",
            $crate::__example!($macro)
        ))
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __refuse_missing {
    (measure) => {
        ::core::compile_error!(::core::concat!(
            "what is to be timed is missing; it follows the name: ",
            $crate::__example!(measure)
        ))
    };
    (event) => {
        ::core::compile_error!(::core::concat!(
            "the text is missing; it follows the title: ",
            $crate::__example!(event)
        ))
    };
    ($macro:ident) => {
        ::core::compile_error!(::core::concat!(
            "the value is missing; it follows the name: ",
            $crate::__example!($macro)
        ))
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __refuse_closure {
    () => {
        ::core::compile_error!(
            "`measure!` times an expression, and making a closure takes no time: write \
             `measure!(\"cron\", { task.run() })`, or hand the closure to `statsd_client::measure`"
        )
    };
}

/// Of what follows the name, the first that is wrong. What may be right is stepped over.
#[doc(hidden)]
#[macro_export]
macro_rules! __refuse {
    ($macro:ident $name:literal; as_dist $($rest:tt)*) => {
        ::core::compile_error!(
            "`as_dist` is a macro of its own: `distribution!(\"render\", elapsed)`"
        )
    };
    ($macro:ident $name:literal; prefix $($rest:tt)*) => {
        ::core::compile_error!(
            "a prefix is the client's, for all that it sends: `Client::builder().prefix(…)`; write what \
             belongs to this metric into its name"
        )
    };
    ($macro:ident $name:literal; no_prefix $($rest:tt)*) => { $crate::__refuse_elsewhere!(no_prefix) };
    ($macro:ident $name:literal; client $($rest:tt)*) => { $crate::__refuse_elsewhere!(client) };
    ($macro:ident $name:literal; rate $($rest:tt)*) => {
        ::core::compile_error!("unknown argument `rate`; did you mean `sample_rate`?")
    };
    ($macro:ident $name:literal; tag $($rest:tt)*) => {
        ::core::compile_error!("unknown argument `tag`; did you mean `tags(plan = \"pro\")`?")
    };
    ($macro:ident $name:literal; tags = $($rest:tt)*) => { $crate::__refuse_tags!() };
    ($macro:ident $name:literal; tags($($tags:tt)*) $(,)?) => { $crate::__refuse_missing!($macro) };
    ($macro:ident $name:literal; tags($($tags:tt)*), tags $($rest:tt)*) => {
        ::core::compile_error!("`tags` is given twice; put all of them into one")
    };
    ($macro:ident $name:literal; tags($($tags:tt)*), sample_rate $($rest:tt)*) => {
        ::core::compile_error!(
            "tags come last: `sample_rate = 0.1, tags(plan = \"pro\")`"
        )
    };
    ($macro:ident $name:literal; tags($($tags:tt)*), $($rest:tt)+) => {
        ::core::compile_error!("tags come last, and nothing follows them")
    };
    (gauge $name:literal; sample_rate $($rest:tt)*) => {
        ::core::compile_error!("a gauge is not sampled; leave `sample_rate` out")
    };
    (set $name:literal; sample_rate $($rest:tt)*) => {
        ::core::compile_error!("a set is not sampled; leave `sample_rate` out")
    };
    ($macro:ident $name:literal; sample_rate = $rate:expr $(,)?) => {
        $crate::__refuse_missing!($macro)
    };
    ($macro:ident $name:literal; sample_rate = $rate:expr, $($rest:tt)+) => {
        $crate::__refuse!($macro $name; $($rest)+)
    };
    ($macro:ident $name:literal; value = $($rest:tt)*) => { $crate::__refuse_value_key!($macro value) };
    ($macro:ident $name:literal; by = $($rest:tt)*) => { $crate::__refuse_value_key!($macro by) };
    ($macro:ident $name:literal; $key:ident = $($rest:tt)*) => {
        $crate::__refuse_unknown!($macro $key)
    };
    ($macro:ident $name:literal; $key:ident($($inner:tt)*) $($rest:tt)*) => {
        $crate::__refuse_unknown!($macro $key)
    };
    (gauge $name:literal; $($rest:tt)*) => { $crate::__refuse_positional!(gauge) };
    (set $name:literal; $($rest:tt)*) => { $crate::__refuse_positional!(set) };
    ($macro:ident $name:literal; $rate:literal $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "after the value every argument has a key: `sample_rate = ",
            ::core::stringify!($rate),
            "`, `tags(plan = \"pro\")`"
        ))
    };
    ($macro:ident $name:literal; $($rest:tt)*) => {
        ::core::compile_error!(
            "after the value every argument has a key: `sample_rate = 0.1`, `tags(plan = \"pro\")`"
        )
    };
    ($macro:ident $name:tt; $($rest:tt)*) => {
        ::core::compile_error!(
            "a name that is not a literal takes neither a rate nor tags; write a literal, and what varies \
             as a tag: `tags(kind = kind)`"
        )
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __refuse_positional {
    ($macro:ident) => {
        ::core::compile_error!("after the value come tags: `tags(plan = \"pro\")`")
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __refuse_value_key {
    ($macro:ident $key:ident) => {
        ::core::compile_error!(::core::concat!(
            "`",
            ::core::stringify!($key),
            "` is no key: the value follows the name, ",
            $crate::__example!($macro)
        ))
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __refuse_elsewhere {
    ($key:ident) => {
        ::core::compile_error!(::core::concat!(
            "`",
            ::core::stringify!($key),
            "` is an argument of the attributes; a call macro's call is for the installed client, and \
             another one is called by its methods: `client.count(\"orders\", 3)`"
        ))
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __refuse_unknown {
    (gauge $key:ident) => { $crate::__refuse_unknown!(@ $key "there is `tags(…)`") };
    (set $key:ident) => { $crate::__refuse_unknown!(@ $key "there is `tags(…)`") };
    ($macro:ident $key:ident) => {
        $crate::__refuse_unknown!(@ $key "there are `sample_rate = …` and `tags(…)`")
    };
    (@ $key:ident $known:literal) => {
        ::core::compile_error!(::core::concat!(
            "unknown argument `",
            ::core::stringify!($key),
            "`; ",
            $known
        ))
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __refuse_tags {
    (.. $($rest:tt)*) => {
        ::core::compile_error!(
            "tags are written one by one, `tags(plan = \"pro\", region = region)`; their keys are literals, \
             so that a call site is resolved once"
        )
    };
    ($key:ident $(, $($rest:tt)*)?) => {
        ::core::compile_error!(::core::concat!(
            "this tag has no value; write `tags(",
            ::core::stringify!($key),
            " = …)`"
        ))
    };
    ($($wrong:tt)*) => {
        ::core::compile_error!("tags are written `tags(plan = \"pro\", region = region)`")
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __refuse_field {
    (tags($($tags:tt)*), $($rest:tt)+) => {
        ::core::compile_error!("tags come last, behind the event's other fields")
    };
    (tags $($wrong:tt)*) => { $crate::__refuse_tags!($($wrong)*) };
    ($($wrong:tt)*) => {
        ::core::compile_error!(
            "after the text come fields of an event, `alert_type = AlertType::Success`, and then `tags(…)`"
        )
    };
}
