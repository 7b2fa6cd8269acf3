//! The bounds of what is brought from other programs' files.

/// Bytes of a database of RRDtool, which is read as a whole. A host's are below a megabyte, and as a
/// dump ten times as long.
pub const RRD_FILE_MAX_BYTES: u64 = 512 << 20;

/// Sources of such a database; a hundred is much.
pub const RRD_SOURCES_MAX: usize = 4_096;

/// Archives of such a database; thirty is much.
pub const RRD_ARCHIVES_MAX: usize = 1_024;

/// Elements that stand within each other in the XML of one; `rrdtool dump` writes five.
pub const RRD_XML_DEPTH_MAX: usize = 16;

/// Points that an imported archive is lengthened to, where it holds too few for one of the next: 1.2 MB.
pub const RRD_LENGTHENED_POINTS_MAX: u64 = 100_000;

/// Files of one import, those of folders among them; a name and what became of it are kept for each.
pub const IMPORT_FILES_MAX: usize = 1_000_000;
