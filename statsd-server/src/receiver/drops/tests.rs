use std::net::UdpSocket;

use super::*;

const TABLE: &str = "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n\
    1234: 0100007F:1FBD 00000000:0000 07 00000000:00000300 00:00000000 00000000     0        0 8125 2 0000000000000000 17\n\
    1235: 0100007F:1FBE 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 81250 2 0000000000000000 4294967295\n";

#[test]
fn a_socket_is_found_by_its_number_in_the_table() {
    assert_eq!(find(TABLE, 8_125), Some(17));
    assert_eq!(find(TABLE, 81_250), Some(u32::MAX));
    assert_eq!(find(TABLE, 812), None);
    assert_eq!(find("", 1), None);
}

#[test]
fn only_what_is_new_counts() {
    let mut drops = Drops::default();
    assert_eq!([5, 5, 7].map(|all| drops.new_in(all)), [5, 0, 2]);
    assert_eq!(drops.new_in(3), 0, "a packet that waited tells an old count");
    assert_eq!(drops.new_in(9), 2);
}

#[test]
fn the_count_wraps() {
    let mut drops = Drops { counted: u32::MAX - 1 };
    assert_eq!(drops.new_in(2), 4);
    assert_eq!(drops.new_in(2), 0);
}

#[test]
fn the_kernels_table_knows_a_socket_of_either_family() {
    for address in ["127.0.0.1:0", "[::1]:0"] {
        // Where the machine has the family.
        if let Ok(socket) = UdpSocket::bind(address) {
            assert_eq!(of(&socket.into()), Some(0), "{address}");
        }
    }
}
