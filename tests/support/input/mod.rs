//! What must hold of any input, whoever made it up: a fuzzer (`fuzz/`), or somebody long ago whose inputs
//! are kept (`fuzz/corpus/`, replayed by `corpora.rs`). May not know where the input comes from.

mod config_js;
mod journal;
mod packet;

pub use config_js::config_js;
pub use journal::journal;
pub use packet::packet;
