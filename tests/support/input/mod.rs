//! What must hold of any input, whoever made it up: a fuzzer (`fuzz/`), or somebody long ago whose inputs
//! are kept (`fuzz/corpus/`, replayed by `corpora.rs`). May not know where the input comes from.

mod carbon;
mod config_js;
mod journal;
mod packet;
mod retentions;
mod rrd;
mod whisper_file;

pub use carbon::{carbon_line, pickle, protobuf};
pub use config_js::config_js;
pub use journal::journal;
pub use packet::packet;
pub use retentions::retentions;
pub use rrd::rrd;
pub use whisper_file::whisper_file;
