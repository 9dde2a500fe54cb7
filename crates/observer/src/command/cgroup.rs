//! Finds the directories of a process' control groups (cgroups(7)).

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Component, Path, PathBuf};

/// The most levels of groups that are read, from a process' own upwards.
const MOST_LEVELS: usize = 16;

/// The directories of a process' control groups.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Folders {
    /// The process' own group and its ancestors in the hierarchy of the CPU controller.
    pub(super) cpu: Vec<PathBuf>,
    /// The process' group in the cgroup v2 hierarchy.
    pub(super) unified: Option<PathBuf>,
}

/// A hierarchy of control groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hierarchy {
    /// The cgroup v2 hierarchy.
    Unified,
    /// The cgroup v1 hierarchy that has the CPU controller.
    Cpu,
}

/// A mount of a hierarchy or of a part of it.
#[derive(Debug)]
struct Mount {
    hierarchy: Hierarchy,
    /// The group at its root.
    root: PathBuf,
    point: PathBuf,
}

impl Folders {
    /// Finds the directories by the contents of /proc/PID/cgroup (`cgroup`) and of /proc/PID/mountinfo (`mountinfo`,
    /// proc_pid_mountinfo(5)). The same process must have read both. Groups that are not mounted are left out.
    pub(super) fn find(cgroup: &str, mountinfo: &str) -> Folders {
        let mounts: Vec<Mount> = mountinfo.lines().filter_map(Mount::parse).collect();
        let mounted = |hierarchy: Hierarchy, group: &str| {
            let mut of_hierarchy = mounts.iter().filter(|mount| mount.hierarchy == hierarchy);
            of_hierarchy.find_map(|mount| mount.levels(Path::new(group)))
        };
        let unified = cgroup.lines().find_map(|line| line.strip_prefix("0::"));
        let unified = unified.and_then(|group| mounted(Hierarchy::Unified, group)).unwrap_or_default();
        let cpu = cgroup.lines().find_map(cpu_group).and_then(|group| mounted(Hierarchy::Cpu, group));
        let own = unified.first().cloned();
        Folders { cpu: cpu.unwrap_or(unified), unified: own }
    }
}

/// The group in a line of /proc/PID/cgroup, if the line is for the CPU controller in a cgroup v1 hierarchy.
fn cpu_group(line: &str) -> Option<&str> {
    let (controllers, group) = line.split_once(':')?.1.split_once(':')?;
    controllers.split(',').any(|controller| controller == "cpu").then_some(group)
}

impl Mount {
    /// Parses a line of mountinfo; `None` if it is not for such a hierarchy.
    fn parse(line: &str) -> Option<Mount> {
        let (mounted, source) = line.split_once(" - ")?;
        let mut source = source.split(' ');
        let hierarchy = match source.next()? {
            "cgroup2" => Hierarchy::Unified,
            "cgroup" if source.nth(1)?.split(',').any(|option| option == "cpu") => Hierarchy::Cpu,
            _ => return None,
        };
        let mut mounted = mounted.split(' ').skip(3);
        Some(Mount { hierarchy, root: unescaped(mounted.next()?), point: unescaped(mounted.next()?) })
    }

    /// The directories of `group` and its ancestors, as far as they are mounted; `None` if `group` is not.
    fn levels(&self, group: &Path) -> Option<Vec<PathBuf>> {
        let within = group.strip_prefix(&self.root).ok()?;
        // This is how the kernel shows a group outside the reader's namespace.
        if within.components().any(|part| part == Component::ParentDir) {
            return None;
        }
        let own = self.point.join(within);
        let levels = own.ancestors().take_while(|level| level.starts_with(&self.point));
        Some(levels.take(MOST_LEVELS).map(Path::to_owned).collect())
    }
}

/// Decodes a path of mountinfo, in which spaces and similar characters are written as a backslash and three octal
/// digits.
fn unescaped(text: &str) -> PathBuf {
    let mut parts = text.split('\\');
    let mut path = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.split_at_checked(3).and_then(|(code, rest)| Some((u8::from_str_radix(code, 8).ok()?, rest))) {
            Some((byte, rest)) => {
                path.push(byte);
                path.extend(rest.as_bytes());
            }
            None => {
                path.push(b'\\');
                path.extend(part.as_bytes());
            }
        }
    }
    PathBuf::from(OsString::from_vec(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    const V1: &str = "\
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n\
        33 31 0:30 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset\n\
        34 31 0:31 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct\n\
        41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";

    fn paths(all: &[&str]) -> Vec<PathBuf> {
        all.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn v2_has_one_hierarchy() {
        let mounts = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
        let found = Folders::find("0::/user.slice/a b.scope\n", mounts);
        let own = "/sys/fs/cgroup/user.slice/a b.scope";
        assert_eq!(found.cpu, paths(&[own, "/sys/fs/cgroup/user.slice", "/sys/fs/cgroup"]));
        assert_eq!(found.unified, Some(PathBuf::from(own)));
    }

    #[test]
    fn v1_has_one_for_the_controller_beside_that_of_v2() {
        let found = Folders::find("4:cpuset:/x\n2:cpu,cpuacct:/build/1\n0::/\n", V1);
        let cpu = "/sys/fs/cgroup/cpu,cpuacct";
        assert_eq!(found.cpu, paths(&[&format!("{cpu}/build/1"), &format!("{cpu}/build"), cpu]));
        assert_eq!(found.unified, Some(PathBuf::from("/sys/fs/cgroup/unified")));
    }

    #[test]
    fn a_part_of_a_hierarchy_may_be_mounted() {
        let mounts = "34 31 0:31 /docker/01 /sys/fs/cgroup/cpu\\040here ro - cgroup cgroup rw,cpu\n";
        let found = Folders::find("2:cpu:/docker/01/inner\n", mounts);
        assert_eq!(found.cpu, paths(&["/sys/fs/cgroup/cpu here/inner", "/sys/fs/cgroup/cpu here"]));
        assert_eq!(Folders::find("2:cpu:/docker/02\n", mounts), Folders::default(), "another's");
    }

    #[test]
    fn what_is_not_mounted_or_outside_of_the_namespace_is_left_out() {
        assert_eq!(Folders::find("", ""), Folders::default());
        assert_eq!(Folders::find("2:cpu:/a\n0::/a\n", "nonsense\n1 2 - cgroup\n"), Folders::default());
        assert_eq!(Folders::find("2:cpu:/../other\n0::/../../x\n", V1), Folders::default());
        assert_eq!(Folders::find("4:cpuset:/x\n", V1), Folders::default());
    }

    #[test]
    fn escapes_are_read_and_what_is_none_stays() {
        assert_eq!(unescaped(r"/a\040b\134c\011"), PathBuf::from("/a b\\c\t"));
        assert_eq!(unescaped(r"/a\9\04"), PathBuf::from(r"/a\9\04"));
    }
}
