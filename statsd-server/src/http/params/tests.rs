use axum::body::Body;

use super::*;

fn read(text: &str) -> Result<Params, HttpError> {
    let mut params = Params::default();
    params.read(text.as_bytes()).map(|()| params)
}

fn post(url: &str, kind: &str, body: impl Into<Body>) -> Result<Params, HttpError> {
    let request = Request::post(url).header(header::CONTENT_TYPE, kind).body(body.into()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(Params::from_request(request, &()))
}

const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

#[test]
fn names_and_values_are_decoded() {
    let params =
        read("a=1+2%2B3&gr%C3%B6%C3%9Fe=%7ba%7D&flag&&=x&odd=100%&odd2=%4&odd3=%zz").unwrap();
    assert_eq!(params.get("a"), Some("1 2+3"));
    assert_eq!(params.get("größe"), Some("{a}"));
    assert_eq!(params.get("flag"), Some(""));
    assert_eq!(params.get("odd"), Some("100%"));
    assert_eq!(params.get("odd2"), Some("%4"));
    assert_eq!(params.get("odd3"), Some("%zz"));
}

#[test]
fn the_last_of_several_scalars_counts_and_lists_add_up() {
    let params =
        post("/render?target=a&format=png&from=-1h", FORM, "target[]=b&format=json&target=c");
    let params = params.unwrap();
    assert_eq!(params.get("format"), Some("json"));
    assert_eq!(params.get("from"), Some("-1h"));
    assert_eq!(params.all("target").collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[test]
fn switches_are_on_unless_they_say_no() {
    let params = read("a=1&b=true&c=0&d=false&e=").unwrap();
    assert!(params.flag("a") && params.flag("b"));
    assert!(!params.flag("c") && !params.flag("d") && !params.flag("e") && !params.flag("f"));
}

#[test]
fn numbers_are_read_whole_or_refused_by_name() {
    let params = read("a=12&b=x1&c=").unwrap();
    assert_eq!(params.number::<u32>("a"), Ok(Some(12)));
    assert_eq!(params.number::<u32>("c"), Ok(None));
    let error = params.number::<u32>("b").unwrap_err();
    assert_eq!(error.message, "parameter b: \"x1\" is no whole number");
}

#[test]
fn an_unknown_zone_is_utc() {
    assert_eq!(read("tz=Bogus/Zone").unwrap().zone(), TimeZone::UTC);
    assert_eq!(read("tz=../../etc/passwd").unwrap().zone(), TimeZone::UTC);
}

#[test]
fn text_that_is_not_utf8_is_refused_by_name() {
    assert_eq!(read("target=%ff").unwrap_err().message, "parameter target: not UTF-8");
    assert_eq!(read("%ff=1").unwrap_err().message, "a parameter's name is not UTF-8");
}

#[test]
fn a_body_that_is_no_form_is_refused() {
    let error = post("/render", "application/json", "{}").unwrap_err();
    assert_eq!(error.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(post("/render", "application/json", "").is_ok());
}

#[test]
fn a_body_over_the_limit_is_refused() {
    let error = post("/render", FORM, vec![b'a'; HTTP_BODY_MAX_BYTES + 1]).unwrap_err();
    assert_eq!(error.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(post("/render", FORM, vec![b'a'; HTTP_BODY_MAX_BYTES]).is_ok());
}

#[test]
fn parameters_over_the_limit_are_refused() {
    assert!(read(&"a&".repeat(HTTP_PARAMETERS_MAX)).is_ok());
    let error = read(&"a&".repeat(HTTP_PARAMETERS_MAX + 1)).unwrap_err();
    assert_eq!(error.message, "more than 1024 parameters");
}
