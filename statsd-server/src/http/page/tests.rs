use super::*;
use crate::http::testing::serve;

/// Which is for those who change the page, not for those who look at it.
const NOT_SERVED: &str = "README.md";

#[test]
fn the_table_is_the_folder() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets");
    let mut files: Vec<_> = fs_err::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != NOT_SERVED)
        .collect();
    files.sort();
    let mut table: Vec<_> = ASSETS.iter().map(|asset| asset.name.to_owned()).collect();
    table.sort();
    assert_eq!(table, files);
}

#[test]
fn the_root_is_the_page_under_a_policy_that_runs_only_our_files() {
    let served = serve();
    let answer = served.get("/", &[]);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'self'; ") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(answer.body(), include_bytes!("../../../assets/index.html"));
}

#[test]
fn every_file_that_the_page_names_is_served() {
    let served = serve();
    let html = std::str::from_utf8(include_bytes!("../../../assets/index.html")).unwrap();
    let named: Vec<_> = html.split('"').filter(|part| part.starts_with("assets/")).collect();
    assert!(named.len() >= 4, "{named:?}");
    for path in named {
        assert_eq!(served.get(&format!("/{path}"), &[]).status, 200, "{path}");
    }
}

#[test]
fn a_browser_that_knows_the_file_hears_304_and_no_bytes() {
    let served = serve();
    let first = served.get("/assets/app.js", &[]);
    assert_eq!(first.header("cache-control"), Some("no-cache"));
    let etag = first.header("etag").unwrap().to_owned();

    let list = format!("\"other\", W/{etag}");
    for known in [etag.as_str(), list.as_str()] {
        let again = served.get("/assets/app.js", &[("if-none-match", known)]);
        assert_eq!((again.status, again.header("etag")), (304, Some(etag.as_str())));
        assert_eq!(again.body(), b"");
    }
    assert_eq!(served.get("/assets/app.js", &[("if-none-match", "\"other\"")]).status, 200);
}

#[test]
fn a_file_that_is_not_in_the_table_is_404() {
    let served = serve();
    for path in ["/assets/README.md", "/assets/..%2FCargo.toml", "/assets/"] {
        assert_eq!(served.get(path, &[]).status, 404, "{path}");
    }
}

#[test]
fn the_hash_is_fnv_1a() {
    // Test vectors of the algorithm's authors.
    assert_eq!(fnv(FNV_START, b""), 0xcbf2_9ce4_8422_2325);
    assert_eq!(fnv(FNV_START, b"foobar"), 0x8594_4171_f739_67e8);
}
