use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use super::*;
use crate::aggregate::Named;
use crate::clock::SystemClock;

/// What a server got, and the connection to answer on.
struct Request {
    head: Vec<String>,
    body: String,
    stream: TcpStream,
}

fn accept(server: &TcpListener) -> Request {
    let (stream, _) = server.accept().unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap());
    let mut head = Vec::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        if let Some(bytes) = line.strip_prefix("Content-Length: ") {
            length = bytes.parse().unwrap();
        }
        head.push(line);
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body).unwrap();
    Request { head, body: String::from_utf8(body).unwrap(), stream }
}

impl Request {
    fn answer(mut self, answer: &str) {
        self.stream.write_all(answer.as_bytes()).unwrap();
    }
}

const TAKEN: &str = "HTTP/1.1 204 No Content\r\n\r\n";

fn options(server: &TcpListener) -> HttpOutputOptions {
    HttpOutputOptions {
        name: "http",
        url: format!("http://{}/write?db=stats", server.local_addr().unwrap()),
        format: HttpFormat::Influx,
        headers: vec![("Authorization".to_owned(), "Token t".to_owned())],
        connect_timeout: Duration::from_secs(30),
        timeout: Duration::from_secs(30),
        retry_pause: Duration::from_millis(1),
        spool_folder: None,
        spool_max_bytes: 1 << 20,
    }
}

fn start(options: HttpOutputOptions) -> (HttpBackend, Arc<Telemetry>) {
    let telemetry = Arc::new(Telemetry::default());
    let clock = Arc::new(SystemClock);
    let backend = HttpBackend::start(options, Naming::default(), clock, telemetry.clone());
    (backend.unwrap(), telemetry)
}

fn snapshot(timestamp: i64) -> Snapshot {
    let counters = Named::from([("a;k=v", 3.0)]);
    Snapshot { counters, timestamp, interval: 10.0, ..Snapshot::default() }
}

fn line(timestamp: i64) -> String {
    format!("a,metric_type=counter,k=v count=3,rate=0.3 {timestamp}\n")
}

fn server() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

#[test]
fn a_flush_is_a_post_with_its_headers() {
    let server = server();
    let (mut backend, telemetry) = start(options(&server));
    backend.flush(&snapshot(1_000)).unwrap();
    let request = accept(&server);
    assert_eq!(request.head[0], "POST /write?db=stats&precision=s HTTP/1.1");
    assert_eq!(request.head[1], format!("Host: {}", server.local_addr().unwrap()));
    assert!(request.head.contains(&"Authorization: Token t".to_owned()), "{:?}", request.head);
    assert_eq!(request.body, line(1_000));
    request.answer(TAKEN);
    backend.close(Instant::now() + Duration::from_secs(30));
    let status = telemetry.backends.named("http");
    assert_eq!((status.errors.get(), status.refused.get()), (0, 0));
    assert_eq!(status.flush_length.get(), line(1_000).len() as u64);
}

#[test]
fn a_server_that_cannot_now_gets_the_flush_again_and_then_the_next() {
    let server = server();
    let (mut backend, telemetry) = start(options(&server));
    backend.flush(&snapshot(1_000)).unwrap();
    for answer in [
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 0\r\n\r\n",
        "HTTP/1.1 429 Too Many Requests\r\n\r\nslowly",
        "SSH-2.0-x\r\n",
        "",
    ] {
        let request = accept(&server);
        assert_eq!(request.body, line(1_000));
        request.answer(answer);
    }
    backend.flush(&snapshot(1_010)).unwrap();
    for timestamp in [1_000, 1_010] {
        let request = accept(&server);
        assert_eq!(request.body, line(timestamp));
        request.answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
    }
    backend.close(Instant::now() + Duration::from_secs(30));
    let status = telemetry.backends.named("http");
    assert_eq!((status.errors.get(), status.refused.get()), (4, 0));
    assert_eq!((status.spool_dropped.get(), status.spooled_flushes.get()), (0, 0));
}

#[test]
fn retry_after_is_honoured_within_its_bound() {
    let server = server();
    let url = HttpUrl::read(&options(&server).url).unwrap();
    let answers = ["Retry-After: 7", "retry-after:  999999999", "Retry-After: Wed, 21 Oct 2015"];
    let expected = [Some(Duration::from_secs(7)), Some(crate::limits::RETRY_AFTER_MAX), None];
    for (header, after) in answers.iter().zip(expected) {
        let (url, options) = (url.clone(), options(&server));
        let posting = std::thread::spawn(move || post(&url, "x\n", &options, None));
        accept(&server).answer(&format!("HTTP/1.1 503 No\r\n{header}\r\n\r\n"));
        let not_taken = posting.join().unwrap().unwrap_err();
        assert_eq!(not_taken.after, after, "{header}");
    }
}

#[test]
fn what_is_refused_is_dropped_and_counted() {
    let server = server();
    let (mut backend, telemetry) = start(options(&server));
    backend.flush(&snapshot(1_000)).unwrap();
    accept(&server).answer("HTTP/1.1 400 Bad Request\r\n\r\nunable to parse\nmore");
    backend.flush(&snapshot(1_010)).unwrap();
    let request = accept(&server);
    assert_eq!(request.body, line(1_010), "the first is not sent again");
    request.answer(TAKEN);
    backend.close(Instant::now() + Duration::from_secs(30));
    let status = telemetry.backends.named("http");
    assert_eq!((status.errors.get(), status.refused.get()), (0, 1));
}

#[test]
fn a_refusal_is_told_with_its_first_line() {
    let server = server();
    for (answer, told) in [
        ("HTTP/1.1 400 Bad\r\n\r\nno \x1b[31m such\nmore", "status 400 no \\u{1b}[31m such"),
        ("HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhat?\r\n", "status 404 what?"),
        ("HTTP/1.1 301 Moved\r\n\r\n", "status 301"),
    ] {
        let (url, options) = (HttpUrl::read(&options(&server).url).unwrap(), options(&server));
        let posting = std::thread::spawn(move || post(&url, "x\n", &options, None));
        accept(&server).answer(answer);
        assert_eq!(posting.join().unwrap().unwrap(), Answer::Refused(told.to_owned()));
    }
}

#[test]
fn a_server_that_hangs_costs_its_timeout_and_no_flush() {
    let server = server();
    let mut options = options(&server);
    options.timeout = Duration::from_millis(20);
    let (mut backend, telemetry) = start(options);
    backend.flush(&snapshot(1_000)).unwrap();
    // It takes the request, and says nothing, or half of something.
    let silent = accept(&server);
    let mut half = accept(&server);
    half.stream.write_all(b"HTTP/1.1 2").unwrap();
    for timestamp in [1_010, 1_020] {
        backend.flush(&snapshot(timestamp)).unwrap();
    }
    // It answers again; attempts that it was too slow for may come first.
    let mut got = Vec::new();
    while got.last() != Some(&line(1_020)) {
        let mut request = accept(&server);
        got.push(request.body);
        let _too_late = request.stream.write_all(TAKEN.as_bytes());
    }
    got.dedup();
    assert_eq!(got, [line(1_000), line(1_010), line(1_020)]);
    assert!(telemetry.backends.named("http").errors.get() >= 2);
    drop((silent, half));
}

#[test]
fn requests_have_whole_lines_up_to_their_bound() {
    let all = |text, max| batches(text, max).collect::<Vec<_>>();
    assert_eq!(all("aa\nbb\ncc\n", 6), ["aa\nbb\n", "cc\n"]);
    assert_eq!(all("aa\nlonger\nb\n", 4), ["aa\n", "longer\n", "b\n"]);
    assert_eq!(all("aa\n", 3), ["aa\n"]);
    assert_eq!(all("", 3), [""; 0]);
}
