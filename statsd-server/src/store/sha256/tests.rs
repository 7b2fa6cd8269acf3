use super::*;

#[test]
fn the_digests_of_the_standard_come_out() {
    for (text, digest) in [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
    ] {
        assert_eq!(sha256_hex(text.as_bytes()), digest, "{text}");
    }
}

#[test]
fn messages_around_a_block_of_64_bytes_are_padded_right() {
    for (length, start) in [(55, "9f4390f8"), (56, "b35439a4"), (63, "7d3e74a0"), (64, "ffe054fe")]
    {
        assert_eq!(sha256_hex(&b"a".repeat(length))[..8], *start, "{length}");
    }
}
