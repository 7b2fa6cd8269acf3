use std::os::unix::net::{UnixDatagram, UnixListener};

use super::*;

const KINDS: [Type; 2] = [Type::DGRAM, Type::STREAM];

#[test]
fn the_file_has_its_permissions_and_goes_with_the_socket() {
    let folder = tempfile::tempdir().unwrap();
    for kind in KINDS {
        let path = folder.path().join("statsd.sock");
        let (socket, file) = bind(&path, kind, Some(0o620)).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o620);
        drop((socket, file));
        assert!(!path.exists());
    }
}

#[test]
fn the_file_of_a_process_that_is_gone_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    for kind in KINDS {
        let path = folder.path().join("statsd.sock");
        drop(UnixListener::bind(&path).unwrap());
        assert!(path.exists(), "the standard library leaves it");
        drop(bind(&path, kind, None).unwrap());
        drop(UnixDatagram::bind(&path).unwrap());
        drop(bind(&path, kind, None).unwrap());
    }
}

#[test]
fn the_socket_of_somebody_who_listens_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (stream, datagram) = (folder.path().join("stream"), folder.path().join("datagram"));
    let _listener = UnixListener::bind(&stream).unwrap();
    let _receiver = UnixDatagram::bind(&datagram).unwrap();
    for path in [stream, datagram] {
        for kind in KINDS {
            let error = bind(&path, kind, None).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AddrInUse, "{error}");
            assert!(error.to_string().contains(&path.display().to_string()), "{error}");
        }
        assert!(path.exists());
    }
}

#[test]
fn what_is_no_socket_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.txt");
    std::fs::write(&path, "dear").unwrap();
    let error = bind(&path, Type::DGRAM, None).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AlreadyExists, "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "dear");
}

#[test]
fn a_file_that_somebody_put_there_since_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("statsd.sock");
    let ours = bind(&path, Type::DGRAM, None).unwrap();
    // The old file keeps its inode as long as it has a name.
    std::fs::rename(&path, folder.path().join("moved")).unwrap();
    let _theirs = UnixListener::bind(&path).unwrap();
    drop(ours);
    assert!(path.exists());
}
