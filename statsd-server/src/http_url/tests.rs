use super::*;

fn read(url: &str) -> Result<(String, String, String), BadUrl> {
    HttpUrl::read(url).map(|read| (read.address, read.host, read.path))
}

#[test]
fn urls_are_taken_apart() {
    for (url, address, host, path) in [
        ("http://a", "a:80", "a", "/"),
        ("http://a:8086/write?db=x", "a:8086", "a:8086", "/write?db=x"),
        ("http://a?db=x#part", "a:80", "a", "/?db=x"),
        ("http://[::1]/w", "[::1]:80", "[::1]", "/w"),
        ("http://[::1]:81", "[::1]:81", "[::1]:81", "/"),
    ] {
        assert_eq!(read(url), Ok((address.into(), host.into(), path.into())), "{url}");
    }
    for (url, error) in [
        ("https://a/", BadUrl::Tls),
        ("a:8086/write", BadUrl::Scheme),
        ("ftp://a", BadUrl::Scheme),
        ("http://", BadUrl::Form),
        ("http://:80/", BadUrl::Form),
        ("http://a:0/", BadUrl::Form),
        ("http://a:x/", BadUrl::Form),
        ("http://me:secret@a/", BadUrl::Form),
        ("http://::1/", BadUrl::Form),
        ("http://a/b c", BadUrl::Form),
        ("http://a/\r\nX: y", BadUrl::Form),
    ] {
        assert_eq!(read(url), Err(error), "{url}");
    }
}

#[test]
fn the_precision_is_said_once() {
    for (url, path) in [
        ("http://a/write", "/write?precision=s"),
        ("http://a/write?db=x", "/write?db=x&precision=s"),
        ("http://a/write?precision=s&db=x", "/write?precision=s&db=x"),
    ] {
        assert_eq!(HttpUrl::read(url).unwrap().with_precision().path, path);
    }
}
