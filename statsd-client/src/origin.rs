//! Whose lines these are: the fields that tell Datadog's agent which container a client runs in.
//! The texts of `/proc` come as parameters; one function at the end reads them.

use std::fs::File;
use std::io::Read as _;

use crate::builder::Builder;
use crate::config::Config;
use crate::protocol::{Cardinality, Dialect};

/// Bytes that are read of a file in `/proc`; `mountinfo` of a large host may have more.
const PROC_FILE_BYTES_MAX: u64 = 1024 * 1024;

/// The inode that the kernel gives the cgroup namespace of the host, always.
const HOST_CGROUP_NAMESPACE: u64 = 0xEFFF_FFFB;

/// What a cgroup's directory cannot have: none, bad blocks, a file system's root.
const RESERVED_INODES: std::ops::RangeInclusive<u64> = 0..=2;

const CGROUP_MOUNT: &str = "/sys/fs/cgroup";

impl Builder {
    /// The container these lines are of, for Datadog's agent: an id, or `in-` and the inode of its
    /// cgroup. Written with [`Dialect::DogStatsd`] only, as the other settings of the origin are.
    pub fn container_id(mut self, id: impl Into<String>) -> Self {
        self.settings.container_id = Some(id.into());
        self
    }

    /// What Datadog's admission controller says of the pod, as `DD_EXTERNAL_ENV` has it. Characters
    /// that are not printable and `|` are left out.
    pub fn external_env(mut self, text: impl Into<String>) -> Self {
        self.settings.external_env = Some(text.into());
        self
    }

    /// How finely Datadog's agent tags the lines with what it knows of the container.
    pub fn cardinality(mut self, cardinality: Cardinality) -> Self {
        self.settings.cardinality = Some(cardinality);
        self
    }

    /// Whether `build` looks for the id of the container the process runs in. A
    /// [`Self::container_id`] holds before it. Costs `build` two files of `/proc`. Default: off, but
    /// [`Self::from_env`] turns it on where the environment speaks of Datadog's agent.
    pub fn origin_detection(mut self, detects: bool) -> Self {
        self.settings.origin_detection = Some(detects);
        self
    }
}

/// The fields that end every line of these settings, `|c:83ab…|e:it-false|card:low`; empty for all
/// dialects but DogStatsD. Reads `/proc` where the settings ask for it.
pub(crate) fn fields(config: &Config) -> String {
    if config.dialect != Some(Dialect::DogStatsd) {
        return String::new();
    }
    let detects = config.container_id.is_none() && config.origin_detection == Some(true);
    let detected = detects.then(container_id).flatten();
    let container_id = config.container_id.as_ref().or(detected.as_ref());
    let cardinality = config.cardinality.map(Cardinality::as_str);
    [
        ("|c:", container_id.map(String::as_str)),
        ("|e:", config.external_env.as_deref()),
        ("|card:", cardinality),
    ]
    .into_iter()
    .map(|(field, text)| (field, printable(text.unwrap_or_default())))
    .filter(|(_, text)| !text.is_empty())
    .map(|(field, text)| field.to_owned() + &text)
    .collect()
}

/// What may stand in a field: it ends at `|` and at the end of the line.
fn printable(text: &str) -> String {
    let keeps = |c: &char| *c == ' ' || !(c.is_control() || c.is_whitespace() || *c == '|');
    text.chars().filter(keeps).collect()
}

/// The id of the container, from the texts of `/proc/self/cgroup` and `/proc/self/mountinfo`; else
/// `in-` and the inode of the cgroup, which the agent looks up. `None` on a host.
fn identify(cgroup: &str, mountinfo: &str, inode: impl Fn(&str) -> Option<u64>) -> Option<String> {
    cgroup_id(cgroup)
        .or_else(|| mount_id(mountinfo))
        .map(str::to_owned)
        .or_else(|| cgroup_inode(cgroup, inode).map(|inode| format!("in-{inode}")))
}

/// The first path that ends in an id: `4:memory:/docker/<id>`, `0::/…/cri-containerd-<id>.scope`.
fn cgroup_id(cgroup: &str) -> Option<&str> {
    controllers(cgroup).find_map(|(_, path)| id_at_end(path.strip_suffix(".scope").unwrap_or(path)))
}

/// The `hostname` that the runtime mounts into a container lies in a folder named after it. Of a line
/// the last id counts; containerd's `sandboxes` are pods, not containers.
fn mount_id(mountinfo: &str) -> Option<&str> {
    mountinfo.lines().find_map(|line| {
        let paths = line.split(' ').rev().filter_map(|path| path.strip_suffix("/hostname"));
        let folders = paths.flat_map(|path| path.rsplit('/'));
        let mut above = folders.skip_while(|folder| !is_id(folder));
        let id = above.next()?;
        above.next().filter(|&parent| parent != "sandboxes" && !parent.is_empty()).map(|_| id)
    })
}

/// In a namespace of its own a process does not see its cgroup's path, but the folder's inode.
fn cgroup_inode(cgroup: &str, inode: impl Fn(&str) -> Option<u64>) -> Option<u64> {
    if inode("/proc/self/ns/cgroup") == Some(HOST_CGROUP_NAMESPACE) {
        return None;
    }
    // Version 1 has a tree per controller, of which every container has `memory`; version 2 has one.
    ["memory", ""].into_iter().find_map(|controller| {
        let mut nodes = controllers(cgroup).filter(|&(names, _)| names == controller);
        let (_, path) = nodes.next()?;
        let path = path.trim_start_matches('/');
        let folder = [CGROUP_MOUNT, controller, path].into_iter().filter(|part| !part.is_empty());
        inode(&folder.collect::<Vec<_>>().join("/"))
            .filter(|inode| !RESERVED_INODES.contains(inode))
    })
}

/// Controllers and path of each line, `4:memory:/docker/<id>`.
fn controllers(cgroup: &str) -> impl Iterator<Item = (&str, &str)> {
    cgroup.lines().filter_map(|line| line.split_once(':')?.1.split_once(':'))
}

/// An id at the end of a path's last part: by itself, or behind `docker-`, `cri-containerd-`.
fn id_at_end(path: &str) -> Option<&str> {
    let part = path.rsplit('/').next()?;
    let starts = part.rmatch_indices('-').map(|(at, _)| at + 1).chain([0]);
    starts.map(|start| &part[start..]).find(|text| is_id(text))
}

/// 64 hexadecimal digits (docker, containerd, cri-o, podman), 32 and a number (ECS on Fargate), or a
/// UUID with `-` or `_` (Cloud Foundry).
fn is_id(text: &str) -> bool {
    let hex = |text: &str, digits: usize| {
        text.len() == digits && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_task = || {
        let (task, number) = text.split_once('-')?;
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        Some(hex(task, 32) && is_number)
    };
    let is_uuid = || {
        let mut parts = text.split(['-', '_']);
        let all = [8, 4, 4, 4, 12]
            .into_iter()
            .all(|digits| parts.next().is_some_and(|part| hex(part, digits)));
        all && parts.next().is_none()
    };
    hex(text, 64) || is_task() == Some(true) || is_uuid()
}

fn container_id() -> Option<String> {
    identify(&read("/proc/self/cgroup"), &read("/proc/self/mountinfo"), inode)
}

/// A file that cannot be read says nothing.
fn read(path: &str) -> String {
    let mut bytes = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(PROC_FILE_BYTES_MAX).read_to_end(&mut bytes));
    read.map_or_else(|_| String::new(), |_| String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(unix)]
fn inode(path: &str) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).ok().map(|metadata| metadata.ino())
}

#[cfg(not(unix))]
fn inode(_path: &str) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests;
