//! Runnable programs, each a page long; see the files beside this folder.
