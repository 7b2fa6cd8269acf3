//! The texts are recorded from real machines; those of docker, ECS and Kubernetes stand in the tests
//! of DataDog/datadog-go (`statsd/container_test.go`).

use super::*;

const DOCKER: &str = "34dc0b5e626f2c5c4c5170e34b10e7654ce36f0fcd532739f4445baabea03376";
const KUBERNETES: &str = "8c046cb0b72cd4c99f51b5591cd5b095967f58ee003710a45280c28ee1a9c7fa";

/// A container of docker's in a cgroup namespace of its own, version 2.
const DOCKER_MOUNTS: &str = "\
608 554 0:42 / / rw,relatime master:289 - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/RQH52YWGJKBXL6THNS7EASIUNY:/var/lib/docker/overlay2/l/EHJME4ZW2BP2W7SGOCNTKY76NI,upperdir=/var/lib/docker/overlay2/241a77e9a6a048e54d5b5700afaeab6071cb5ffef1fd2acbebbf19935a429897/diff,workdir=/var/lib/docker/overlay2/241a77e9a6a048e54d5b5700afaeab6071cb5ffef1fd2acbebbf19935a429897/work
609 608 0:46 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
623 615 0:28 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate,memory_recursiveprot
626 608 259:1 /var/lib/docker/containers/0cfa82bf3ab29da271548d6a044e95c948c6fd2f7578fb41833a44ca23da425f/resolv.conf /etc/resolv.conf rw,relatime - ext4 /dev/root rw,discard,errors=remount-ro
627 608 259:1 /var/lib/docker/containers/0cfa82bf3ab29da271548d6a044e95c948c6fd2f7578fb41833a44ca23da425f/hostname /etc/hostname rw,relatime - ext4 /dev/root rw,discard,errors=remount-ro
628 608 259:1 /var/lib/docker/containers/0cfa82bf3ab29da271548d6a044e95c948c6fd2f7578fb41833a44ca23da425f/hosts /etc/hosts rw,relatime - ext4 /dev/root rw,discard,errors=remount-ro
";

/// Containerd under Kubernetes: the only id is the sandbox's, which is the pod's.
const SANDBOX_MOUNTS: &str = "\
2775 2588 0:310 / / rw,relatime master:760 - overlay overlay rw,lowerdir=/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/163/fs
2782 2775 8:1 /var/lib/kubelet/pods/e50f2933-b36b-4e3b-89b1-280707f7bc53/etc-hosts /etc/hosts rw,relatime - ext4 /dev/sda1 rw,commit=30
2784 2775 8:1 /var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/c5866f3bfef020a8c045540b4a05dd9d193443740be76437a6130c7759ab2076/hostname /etc/hostname rw,nosuid,nodev,relatime - ext4 /dev/sda1 rw,commit=30
";

/// Containerd with the host's `/var/run` mounted: sandbox and container stand in one line.
const CONTAINERD_MOUNTS: &str = "\
2220 2208 8:1 /var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/c0a82a3506b0366c9666f6dbe71c783abeb26ba65e312e918a49e10a277196d0/hostname /etc/hostname rw,nosuid,nodev,relatime - ext4 /dev/sda1 rw,commit=30
2282 2269 8:1 /var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/c0a82a3506b0366c9666f6dbe71c783abeb26ba65e312e918a49e10a277196d0/hostname /host/var/run/containerd/io.containerd.runtime.v2.task/k8s.io/fc7038bc73a8d3850c66ddbfb0b2901afa378bfcbb942cc384b051767e4ac6b0/rootfs/etc/hostname rw,nosuid,nodev,relatime - ext4 /dev/sda1 rw,commit=30
";

/// Docker in docker: the id of the volume is not the container's.
const VOLUME_MOUNTS: &str = "1258 1249 254:1 /docker/volumes/0919c2d87ec8ba99f3c85fdada5fe26eca73b2fce73a5974d6030f30bf91cbaf/_data/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/ca30bb64884083e29b1dc08a1081dd2df123f13f045dadb64dc346e56c0b6871/hostname /etc/hostname rw,relatime - ext4 /dev/vda1 rw,discard";

fn no_inode(_: &str) -> Option<u64> {
    None
}

#[test]
fn an_id_is_the_end_of_a_cgroups_path() {
    for (path, id) in [
        (format!("/docker/{DOCKER}"), DOCKER),
        (format!("/docker/{DOCKER}.scope"), DOCKER),
        (format!("/system.slice/docker-{DOCKER}.scope"), DOCKER),
        (
            format!("/kubepods.slice/kubepods-besteffort.slice/cri-containerd-{DOCKER}.scope"),
            DOCKER,
        ),
        (
            format!("/kubepods/burstable/podfd52ef25-a87d-11e9-9423-0800271a638e/{KUBERNETES}"),
            KUBERNETES,
        ),
        (format!("/ecs/55091c13-b8cf-4801-b527-f4601742204d/{DOCKER}"), DOCKER),
        (
            "/ecs/34dc0b5e626f2c5c4c5170e34b10e765-1234567890".into(),
            "34dc0b5e626f2c5c4c5170e34b10e765-1234567890",
        ),
        (
            "/garden/34dc0b5e-626f-2c5c-4c51-70e34b10e765".into(),
            "34dc0b5e-626f-2c5c-4c51-70e34b10e765",
        ),
        (
            "/uuid/34dc0b5e_626f_2c5c_4c51_70e34b10e765".into(),
            "34dc0b5e_626f_2c5c_4c51_70e34b10e765",
        ),
    ] {
        for line in [format!("10:hugetlb:{path}"), format!("0::{path}")] {
            let cgroup = format!("not a line\n1:name=systemd:/nope\n{line}\n3:cpu:/invalid\n");
            assert_eq!(identify(&cgroup, "", no_inode).as_deref(), Some(id), "{line}");
        }
    }
}

#[test]
fn other_paths_hold_no_id() {
    for path in [
        "/",
        "/kubepods",
        "/user.slice/user-1000.slice/session-2.scope",
        "/system.slice/docker-34dc0b5e626f2c5c.scope",
        "/docker/34DC0B5E626F2C5C4C5170E34B10E7654CE36F0FCD532739F4445BAABEA03376",
        "/process_api/3188bb4bd83f0dd8705a04fda7f64d9c",
        "/ecs/34dc0b5e626f2c5c4c5170e34b10e765-",
        "/uuid/34dc0b5e-626f-2c5c-4c51-70e34b10e765-99",
    ] {
        assert_eq!(identify(&format!("4:memory:{path}"), "", no_inode), None, "{path}");
    }
    assert_eq!(identify(&format!("4:memory:/docker/{DOCKER}/init"), "", no_inode), None);
}

#[test]
fn behind_a_namespace_the_mounted_hostname_tells_the_id() {
    let id = |mounts| identify("0::/\n", mounts, no_inode);
    let docker = "0cfa82bf3ab29da271548d6a044e95c948c6fd2f7578fb41833a44ca23da425f";
    assert_eq!(id(DOCKER_MOUNTS).as_deref(), Some(docker));
    let containerd = "fc7038bc73a8d3850c66ddbfb0b2901afa378bfcbb942cc384b051767e4ac6b0";
    assert_eq!(id(CONTAINERD_MOUNTS).as_deref(), Some(containerd));
}

#[test]
fn a_pods_sandbox_is_not_a_container() {
    assert_eq!(identify("0::/\n", SANDBOX_MOUNTS, no_inode), None);
    assert_eq!(identify("0::/\n", VOLUME_MOUNTS, no_inode), None);
}

/// The inodes of a machine: `(path, inode)`.
fn machine<'a>(inodes: &'a [(&str, u64)]) -> impl Fn(&str) -> Option<u64> + 'a {
    |path| inodes.iter().find(|(known, _)| *known == path).map(|&(_, inode)| inode)
}

#[test]
fn where_no_id_is_seen_the_cgroups_inode_stands_for_it() {
    let id = |cgroup, inodes: &[_]| identify(cgroup, SANDBOX_MOUNTS, machine(inodes));
    let own = ("/proc/self/ns/cgroup", 4_026_532_300);
    let tree = ("/sys/fs/cgroup", 26_841);
    assert_eq!(id("0::/\n", &[own, tree]).as_deref(), Some("in-26841"));
    assert_eq!(id("0::/\n", &[tree]).as_deref(), Some("in-26841"));

    let hybrid = "12:pids:/a\n3:memory:/pod/x\n0::/pod/y\n";
    let (memory, unified) = (("/sys/fs/cgroup/memory/pod/x", 71), ("/sys/fs/cgroup/pod/y", 72));
    assert_eq!(id(hybrid, &[own, memory, unified]).as_deref(), Some("in-71"));
    assert_eq!(id(hybrid, &[own, unified]).as_deref(), Some("in-72"));
    assert_eq!(id("12:pids:/a\n", &[own, ("/sys/fs/cgroup/pids/a", 73)]), None);
    assert_eq!(id("0::/\n", &[own, ("/sys/fs/cgroup", 1)]), None);
}

#[test]
fn a_host_has_no_id() {
    let host = ("/proc/self/ns/cgroup", HOST_CGROUP_NAMESPACE);
    let inodes = [host, ("/sys/fs/cgroup/user.slice", 5_000)];
    assert_eq!(identify("0::/user.slice\n", "", machine(&inodes)), None);
    assert_eq!(identify("", "", machine(&[])), None);
}

#[test]
fn a_container_id_is_seen_from_the_hosts_namespace_too() {
    let host = [("/proc/self/ns/cgroup", HOST_CGROUP_NAMESPACE)];
    let cgroup = format!("1:name=systemd:/docker/{DOCKER}");
    assert_eq!(identify(&cgroup, "", machine(&host)).as_deref(), Some(DOCKER));
}

#[test]
fn files_are_read_up_to_their_bound_and_missing_ones_are_empty() {
    assert!(read("/proc/self/mountinfo").len() as u64 <= PROC_FILE_BYTES_MAX);
    assert_eq!(read("/no/such/file"), "");
    assert_eq!(read("/dev/zero").len() as u64, PROC_FILE_BYTES_MAX);
}

#[test]
fn the_fields_are_datadogs_and_cannot_break_a_line() {
    let mut config = Config {
        container_id: Some("in-7".into()),
        external_env: Some("it-false,|cn-\u{1}app\n|c:other".into()),
        cardinality: Some(Cardinality::Orchestrator),
        ..Config::default()
    };
    assert_eq!(fields(&config), "");
    config.dialect = Some(Dialect::DogStatsd);
    assert_eq!(fields(&config), "|c:in-7|e:it-false,cn-appc:other|card:orchestrator");
    config.container_id = Some("|\n".into());
    config.cardinality = None;
    assert_eq!(fields(&config), "|e:it-false,cn-appc:other");
    assert_eq!(printable("prod-环境 staging🔥"), "prod-环境 staging🔥");
}
