//! The file of a Unix socket: it outlives the process that made it, so it is replaced where nobody
//! listens any more, and removed at the end where it is still ours.

use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use socket2::{Domain, SockAddr, Socket, Type};

/// Removes the file when it is dropped, unless somebody else has put another one there.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    /// Device and inode.
    identity: Option<(u64, u64)>,
}

/// Binds a socket at `path`, and gives its file the permissions `mode` (such as `0o660`) where there
/// is one. A stream's socket does not listen yet, so nobody connects before the permissions hold.
/// The error names the path.
pub(super) fn bind(path: &Path, kind: Type, mode: Option<u32>) -> io::Result<(Socket, SocketFile)> {
    let bind = || {
        let address = SockAddr::unix(path)?;
        make_way(path, &address)?;
        let socket = Socket::new(Domain::UNIX, kind, None)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address)?;
        // From here on an error removes the file.
        let file = SocketFile { path: path.to_owned(), identity: identity(path).ok() };
        if let Some(mode) = mode {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
        }
        Ok((socket, file))
    };
    bind().map_err(|error: io::Error| {
        let path = path.display();
        io::Error::new(error.kind(), format!("cannot listen on the socket {path}: {error}"))
    })
}

/// Removes the socket of a process that is gone. What is no socket stays, and so does a socket that
/// somebody listens on.
fn make_way(path: &Path, address: &SockAddr) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
        Ok(found) if !found.file_type().is_socket() => {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "it is not a socket"));
        }
        Ok(_) => {}
    }
    if is_abandoned(address)? {
        return std::fs::remove_file(path);
    }
    Err(io::Error::new(io::ErrorKind::AddrInUse, "somebody listens there"))
}

/// Whether nobody listens. The kernel answers the same for both kinds of socket; to one of the other
/// kind it says that the type is wrong, so somebody is there.
fn is_abandoned(address: &SockAddr) -> io::Result<bool> {
    let probe = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    // Otherwise a listener whose queue is full would hold the start up.
    probe.set_nonblocking(true)?;
    match probe.connect(address) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(true),
        _ => Ok(false),
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let found = std::fs::symlink_metadata(path)?;
    Ok((found.dev(), found.ino()))
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if self.identity.is_some() && self.identity == identity(&self.path).ok() {
            // A file that stays is replaced at the next start.
            let _removed = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests;
