use super::*;

#[test]
fn etsys_streams_are_ascii_and_a_line_stays_one_line() {
    let mut chunk = "café:1|c\n".to_owned().into_bytes();
    clear_high_bits(&mut chunk);
    assert_eq!(chunk, b"cafC):1|c\n");
    // Its second byte is a newline with the highest bit set.
    let mut chunk = "Ŋ:1|c\n".to_owned().into_bytes();
    clear_high_bits(&mut chunk);
    assert_eq!(chunk, b"E\x1a:1|c\n");
}
