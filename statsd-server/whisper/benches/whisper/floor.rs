//! The system calls alone: what no library can be faster than.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::{Outcome, Row};

pub(crate) fn rows(folder: &Path, files: usize) -> Result<Vec<Row>, Box<dyn std::error::Error>> {
    let scratch = folder.join("floor");
    fs::create_dir(&scratch)?;
    let kept = (0..files)
        .map(|file| {
            let path = scratch.join(file.to_string());
            let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
            file.write_all_at(&vec![1; 25_920], 0)?;
            file.set_len(3_302_732)?;
            Ok(file)
        })
        .collect::<Result<Vec<File>, std::io::Error>>()?;
    let kept = std::rc::Rc::new(kept);
    let (one, three) = (kept.clone(), kept);
    let paths = scratch;
    let (created, mut made) = (folder.join("floor-created"), 0);
    fs::create_dir(&created)?;
    Ok(vec![
        Row::new("floor: create, one write of 52 bytes, set_len, close", None, move |_| {
            made += 1;
            let file = File::create_new(created.join(made.to_string()))?;
            file.write_all_at(&[1; 52], 0)?;
            Ok(file.set_len(3_302_732)?)
        }),
        Row::new("floor: one write of 12 bytes, descriptor kept", None, move |file| {
            Ok(one[file].write_all_at(&[2; 12], 4_800)?)
        }),
        Row::new("floor: three writes, two reads, descriptor kept", None, move |file| {
            let mut window = [0; 120];
            three[file].read_exact_at(&mut window[..72], 4_800)?;
            three[file].read_exact_at(&mut window, 8_000)?;
            for at in [4_800, 8_000, 12_000] {
                three[file].write_all_at(&window[..12], at)?;
            }
            Ok(())
        }),
        Row::new("floor: open, stat, read 52 bytes and 17,280, close", None, move |file| {
            open_and_read(&paths.join(file.to_string()))
        }),
    ])
}

fn open_and_read(path: &Path) -> Outcome {
    let file = File::open(path)?;
    let mut bytes = vec![0; 17_280];
    if file.metadata()?.len() > 0 {
        file.read_exact_at(&mut bytes[..52], 0)?;
        file.read_exact_at(&mut bytes, 52)?;
    }
    std::hint::black_box(&bytes);
    Ok(())
}
