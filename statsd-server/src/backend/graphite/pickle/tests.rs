use std::env;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use super::*;

#[test]
fn a_point_is_a_pair_in_a_pair() {
    let frame = frames("a.b 1.5 1700000000\n");
    assert_eq!(
        frame,
        b"\0\0\0\x23\x80\x02](X\x03\0\0\0a.b\x8a\x08\x00\xf1\x53\x65\0\0\0\0G\x3f\xf8\0\0\0\0\0\0\x86\x86e."
    );
}

#[test]
fn a_large_flush_is_several_pickles_that_carbon_takes() {
    let mut text = String::new();
    for i in 0..40_000 {
        writeln!(text, "stats.timers.some.quite.ordinary.name.{i}.mean 0.5 1700000000").unwrap();
    }
    let frames = frames(&text);
    let (mut rest, mut count) = (&frames[..], 0);
    while let Some((length, behind)) = rest.split_first_chunk() {
        let length = u32::from_be_bytes(*length) as usize;
        assert!(length <= PICKLE_MAX_BYTES, "{length}");
        rest = &behind[length..];
        count += 1;
    }
    assert!(count > 1 && rest.is_empty(), "{count} frames");
}

/// Reads frames from standard input and writes their points as lines.
const READ: &str = "
import pickle, struct, sys
data = sys.stdin.buffer.read()
while data:
    length, = struct.unpack('!L', data[:4])
    for name, (timestamp, value) in pickle.loads(data[4:4 + length]):
        print(name, repr(value), timestamp)
    data = data[4 + length:]
";

#[test]
fn python_reads_the_points() {
    let python = env::var_os("WHISPER_PYTHON").unwrap_or_else(|| "python3".into());
    let child = Command::new(python)
        .args(["-c", READ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        let told = b"not compared with Python: no python3, and WHISPER_PYTHON names none\n";
        std::io::stderr().write_all(told).unwrap();
        return;
    };
    let text = "stats.a;k=v 0.30000000000000004 1700000000\nb -1e-7 4102444800\nc 1e+21 -5\n";
    child.stdin.take().unwrap().write_all(&frames(text)).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let expected = text.replace("-1e-7", "-1e-07");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}
