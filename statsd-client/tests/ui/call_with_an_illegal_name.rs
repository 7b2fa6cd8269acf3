use statsd_client::{count, distribution, gauge, histogram, measure, set, timing};

fn main() {
    count!("users|new");
    gauge!("", 17);
    timing!("ren:der", std::time::Duration::ZERO);
    distribution!("si ze", 81.5);
    histogram!("si#ze", 81.5);
    set!("visi,tors", 81);
    measure!("cr\non", { 1 + 1 });
    count!("cron.{task}");
    gauge!("queue.{task}.depth", 1, tags(task = 7));
}
