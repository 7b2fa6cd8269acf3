#!/usr/bin/env bash
# Makes the golden files of this folder with RRDtool (1.7.2, x86-64): each database, its dump, and what
# `rrdtool fetch` answers for each archive. The numbers are made up; the same run makes the same bytes.
set -euo pipefail
cd "$(dirname "$0")"
export TZ=UTC

# Munin's shape: one source named 42, three functions, archives that divide each other.
rrdtool create munin.rrd --start 1772599800 --step 300 \
    DS:42:GAUGE:600:U:U \
    RRA:AVERAGE:0.5:1:12 RRA:MIN:0.5:1:12 RRA:MAX:0.5:1:12 \
    RRA:AVERAGE:0.5:6:8 RRA:MIN:0.5:6:8 RRA:MAX:0.5:6:8 \
    RRA:AVERAGE:0.5:24:6 RRA:MIN:0.5:24:6 RRA:MAX:0.5:24:6
for i in $(seq 1 100); do
    # A gap of an hour, and values that arrive off the grid.
    [ "$i" -gt 60 ] && [ "$i" -le 72 ] && continue
    rrdtool update munin.rrd "$((1772599800 + i * 300 + i % 7)):$((i * i % 97)).$((i % 10))"
done

# Cacti's shape: two counters in one file, AVERAGE and MAX; and LAST beside them.
rrdtool create cacti.rrd --start 1772599800 --step 60 \
    DS:traffic_in:COUNTER:120:0:U DS:traffic_out:DERIVE:120:U:U \
    RRA:AVERAGE:0.5:1:10 RRA:AVERAGE:0.9:5:10 RRA:MAX:0.5:5:10 RRA:LAST:0.5:1:10
in=4294960000 out=0
for i in $(seq 1 47); do
    in=$(((in + i * 100) % 4294967296)) out=$((out + (i % 5) * 60 - 60))
    if [ "$i" = 30 ] || [ "$i" = 45 ]; then o=U; else o=$out; fi
    rrdtool update cacti.rrd "$((1772599800 + i * 60)):$in:$o"
done

# Collectd's shape: steps that do not divide each other, one source.
rrdtool create collectd.rrd --start 1772599800 --step 10 \
    DS:value:GAUGE:20:U:U \
    RRA:AVERAGE:0.1:1:12 RRA:AVERAGE:0.1:7:10 RRA:AVERAGE:0.1:50:8 RRA:MIN:0.1:7:10
for i in $(seq 1 300); do
    rrdtool update collectd.rrd "$((1772599800 + i * 10)):$((i % 13))"
done

# The Holt-Winters archives beside a plain one.
rrdtool create predicted.rrd --start 1772599800 --step 60 \
    DS:load:GAUGE:120:U:U \
    RRA:AVERAGE:0.5:1:8 RRA:HWPREDICT:20:0.1:0.0035:10
rrdtool create predicted-4.rrd --start 1772599800 --step 60 \
    DS:load:GAUGE:120:U:U \
    RRA:AVERAGE:0.5:1:8 RRA:MHWPREDICT:20:0.1:0.0035:10
for file in predicted.rrd predicted-4.rrd; do
    for i in $(seq 1 30); do rrdtool update $file "$((1772599800 + i * 60)):$((i % 4))"; done
done

# Nothing was ever written.
rrdtool create empty.rrd --start 1772599800 --step 60 DS:a:GAUGE:120:U:U RRA:AVERAGE:0.5:1:4

for file in *.rrd; do
    name=${file%.rrd}
    rrdtool dump "$file" "$name.xml"
    : >"$name.fetch"
    last=$(rrdtool last "$file")
    # function, step and rows of each archive that is not a prediction
    rrdtool info "$file" | awk -F'[][]' '
        /^step/ { split($0, s, " = "); step = s[2] }
        /^rra\[.*\]\.cf/ { split($0, s, "\""); cf[$2] = s[2]; n = $2 }
        /^rra\[.*\]\.rows/ { split($0, s, " = "); rows[$2] = s[2] }
        /^rra\[.*\]\.pdp_per_row/ { split($0, s, " = "); per[$2] = s[2] }
        END { for (i = 0; i <= n; i++) print cf[i], step * per[i], rows[i] }' |
        grep -E '^(AVERAGE|MIN|MAX|LAST) ' | while read -r function step rows; do
        end=$((last - last % step))
        echo "# $function $step $rows" >>"$name.fetch"
        LC_ALL=C rrdtool fetch "$file" "$function" -r "$step" \
            -s "$((end - rows * step))" -e "$((end - 1))" | tail -n +3 >>"$name.fetch"
    done
done
