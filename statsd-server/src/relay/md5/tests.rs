use super::*;

fn hex(message: &[u8]) -> String {
    let [a, b, c, d] = digest_words(message).map(u32::swap_bytes);
    format!("{a:08x}{b:08x}{c:08x}{d:08x}")
}

#[test]
fn the_digests_of_rfc_1321() {
    for (message, digest) in [
        ("", "d41d8cd98f00b204e9800998ecf8427e"),
        ("a", "0cc175b9c0f1b6a831c399e269772661"),
        ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
        (
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
            "d174ab98d277d9f5a5611c2c9f419d9f",
        ),
        (
            "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
            "57edf4a22be3c955ac49da2e2107b67a",
        ),
    ] {
        assert_eq!(hex(message.as_bytes()), digest, "{message:?}");
    }
    assert_eq!(first_word(b"abc"), u32::from_le_bytes([0x90, 0x01, 0x50, 0x98]));
}

#[test]
fn every_length_around_a_block_has_the_digest_that_md5sum_says() {
    // `for n in …; do head -c $n /dev/zero | tr '\0' x | md5sum; done`
    for (length, digest) in [
        (55, "04364420e25c512fd958a70738aa8f72"),
        (56, "668a72d5ba17f08e62dabcafad6db14b"),
        (57, "693037871c4a9d3d8685018905cb530a"),
        (63, "7dc2ca208106a2f703567bdff99d8981"),
        (64, "c1bb4f81d892b2d57947682aeb252456"),
        (65, "1bc932052302d074bdec39795fe00cf6"),
        (119, "ab347a5f68c8a443cfcddc633f12c24f"),
        (120, "fb98667f98096de92620b64f46e1c5b5"),
        (121, "e8bb0ccd83750100b37f4831cd5d7ee2"),
        (128, "d69cb61a6ee87200676eb0d4b90edbcb"),
    ] {
        assert_eq!(hex("x".repeat(length).as_bytes()), digest, "{length} bytes");
    }
}
