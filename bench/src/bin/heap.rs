//! One cell of the table, in a program that counts the calling thread's heap allocations. A program of
//! its own, because counting makes every allocation dearer.

fn main() -> Result<(), String> {
    statsd_bench::answer_counting(|calls| allocation_counter::measure(calls).count_total)
}
