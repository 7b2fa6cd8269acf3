//! How many packets the kernel dropped because a socket's buffer was full. It tells with every
//! packet how many there were by then; what it dropped after the last packet stands in its table of
//! sockets only.

use std::io;

use socket2::Socket;

/// Keeps what was counted already.
#[derive(Debug, Default)]
pub(super) struct Drops {
    counted: u32,
}

impl Drops {
    /// How many are new, given the kernel's count of all of them. An older count than the last one
    /// holds nothing new. The count wraps.
    pub(super) fn new_in(&mut self, all: u32) -> u64 {
        let more = all.wrapping_sub(self.counted);
        // A packet that waited tells an older count than the table told meanwhile.
        if more.cast_signed() <= 0 {
            return 0;
        }
        self.counted = all;
        u64::from(more)
    }
}

/// The kernel's count for a UDP socket, from its table; none where there is no such table.
///
/// Costs a walk over the UDP sockets of the machine (of the network namespace): some ten
/// microseconds where there are a few, so it is for quiet moments.
pub(super) fn of(socket: &Socket) -> Option<u32> {
    let table = match socket.local_addr().ok()?.as_socket()? {
        address if address.is_ipv4() => "/proc/self/net/udp",
        _ => "/proc/self/net/udp6",
    };
    find(&std::fs::read_to_string(table).ok()?, inode(socket).ok()?)
}

/// The number by which the table names a socket.
fn inode(socket: &Socket) -> io::Result<u64> {
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::MetadataExt as _;

    let file = std::fs::File::from(socket.as_fd().try_clone_to_owned()?);
    Ok(file.metadata()?.ino())
}

/// The last field of the line whose tenth is the socket's number.
fn find(table: &str, inode: u64) -> Option<u32> {
    let inode = inode.to_string();
    let line = table.lines().find(|line| line.split_whitespace().nth(9) == Some(&inode))?;
    line.split_whitespace().next_back()?.parse().ok()
}

#[cfg(test)]
mod tests;
