#!/usr/bin/env bash
# A real Slurm (munged, slurmctld, N x slurmd) in one folder, as any user, without systemd, cgroups or
# a database, for tests. Nothing of it is outside of the folder; several can run side by side.
#
#   cluster.sh start DIR [NODES]   # then: export SLURM_CONF=DIR/slurm.conf
#   cluster.sh stop DIR
#   cluster.sh run DIR [NODES]     # says "ready"; when its input ends, stops all and removes DIR. For who
#                                  # may mount, DIR/disk is a file system of 2 MB, to be filled up.
#   cluster.sh kill-node DIR NAME    # slurmd only: its jobs go on, as behind a broken network
#   cluster.sh crash-node DIR NAME   # with all that runs on it
#   cluster.sh start-node DIR NAME
#   cluster.sh kill-ctl DIR / start-ctl DIR
set -euo pipefail
PATH=$PATH:/usr/sbin

verb=$1
dir=$(realpath -m "$2")
conf=$dir/slurm.conf

# Free TCP ports of this machine, one a line; below those that the system gives to connections, one of
# which might have the port of a daemon that is down for a while.
free_ports() { # how many
  local port left=$1
  while ((left > 0)) && read -r port; do
    (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; left=$((left - 1)); }
  done < <(shuf -i 12000-31999)
}

wait_for() { # seconds, what, command...
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS > end)); then echo "cluster.sh: no $what; see $dir/log" >&2; tail -5 "$dir"/log/*.log >&2; exit 1; fi
    sleep 0.05
  done
}

start_ctl() { slurmctld -f "$conf" ${1:-}; }
start_node() {
  mkdir -p "$dir/spool/$1"
  slurmd -f "$conf" -N "$1"
}
pid_of() { cat "$dir/run/$1.pid"; }
# Processes whose file FILE in /proc has a line like that.
with() { grep -alE "$2" /proc/[0-9]*/"$1" 2>/dev/null | cut -d/ -f3; } # FILE, expression
tree() {
  echo "$1"
  for child in $(with status "^PPid:[[:space:]]+$1\$"); do tree "$child"; done
}
# All that runs on a node: each step of a job has a socket there, NODE_JOB.STEP.
kill_steps() {
  local socket job step all
  for socket in "$dir/spool/$1/$1"_*; do
    job=${socket##*_} job=${job%%.*}
    for step in $(with cmdline "^slurmstepd: \[$job\."); do
      # Of this cluster, should there be another one.
      case $(readlink "/proc/$step/cwd") in "$dir"/*) ;; *) continue ;; esac
      mapfile -t all < <(tree "$step")
      kill -9 "${all[@]}" 2>/dev/null || true
    done
  done
}
# What the controller does after SlurmdTimeout. With a short one a busy machine would lose nodes that
# are only slow to answer.
declare_dead() { SLURM_CONF=$conf scontrol update NodeName="$1" State=DOWN Reason=killed; }
# A container's process 1 may never collect the dead.
is_gone() { [ ! -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; }

start() { # number of nodes
  nodes=$1
  mkdir -p "$dir"/{run,log,state,spool}
  # munged wants its folders to be writable by nobody else, and the socket's to be open to all.
  chmod 755 "$dir" "$dir/run"; chmod 700 "$dir/log"
  mkdir -p "$dir/key"; chmod 700 "$dir/key"
  [ -s "$dir/key/munge.key" ] || { head -c 128 /dev/urandom >"$dir/key/munge.key"; chmod 600 "$dir/key/munge.key"; }
  mapfile -t ports < <(free_ports $((nodes + 1)))
  # nproc tells less where OMP_NUM_THREADS is set, as it is for the tests.
  cores=$(env -u OMP_NUM_THREADS nproc)
  memory=$(($(awk '/MemTotal/ {print $2}' /proc/meminfo) / 1024 - 256))
  {
    cat <<CONF
ClusterName=msatest
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=${ports[0]}
# Both as who starts it: no other user has to own a folder.
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$dir/run/munge.socket,cred_expire=5
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool/%n
SlurmctldPidFile=$dir/run/slurmctld.pid
SlurmdPidFile=$dir/run/slurmd-%n.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd-%n.log
SlurmctldDebug=info
SlurmdDebug=info
# No cgroups, no systemd, no database, no mail.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$dir/log/jobcomp.txt
MpiDefault=none
MailProg=/bin/true
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
# Quick to schedule: what is queued again waits a second longer than cred_expire above, which may be no
# less than 5. All that limits how long a daemon or a task may take to answer is long: on a busy machine
# nothing is to happen but what a test does.
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,sched_min_interval=10000,bf_interval=1,batch_sched_delay=0
SlurmdTimeout=600
SlurmctldTimeout=600
KillWait=60
MinJobAge=300
OverTimeLimit=0
MessageTimeout=60
InactiveLimit=0
JobRequeue=1
MaxArraySize=${SLURM_TEST_MAX_ARRAY:-1001}
ReturnToService=2
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
CONF
    # Every node claims all cores: this is a test of scheduling, not of speed.
    for ((i = 1; i <= nodes; i++)); do
      echo "NodeName=node$i NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=${ports[$i]} CPUs=$cores Boards=1 SocketsPerBoard=1 CoresPerSocket=$cores ThreadsPerCore=1 RealMemory=$memory State=UNKNOWN"
    done
    echo "PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE DefaultTime=30 PriorityTier=1 PreemptMode=REQUEUE State=UP"
    echo "PartitionName=high Nodes=ALL MaxTime=INFINITE DefaultTime=30 PriorityTier=10 PreemptMode=OFF State=UP"
  } >"$conf"
  # For commands that are not to wait for a controller that is down.
  sed 's/^MessageTimeout=.*/MessageTimeout=1/' "$conf" >"$dir/hasty.conf"
  chmod 644 "$conf" "$dir/hasty.conf"
  munged --key-file "$dir/key/munge.key" --socket "$dir/run/munge.socket" \
    --pid-file "$dir/run/munged.pid" --log-file "$dir/log/munged.log" --seed-file "$dir/key/munge.seed" \
    --num-threads 2 --force >/dev/null 2>&1 # it minds a temporary folder that only its user may enter
  export SLURM_CONF=$conf
  start_ctl -c
  for ((i = 1; i <= nodes; i++)); do start_node "node$i"; done
  all_idle() { [ "$(sinfo -h -p main -t idle -o %D)" = "$nodes" ]; }
  wait_for 60 "idle nodes" all_idle
}
stop() {
  pids=()
  for f in "$dir"/run/*.pid; do [ -s "$f" ] && pids+=("$(cat "$f")"); done
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for node in "$dir"/spool/*; do kill_steps "${node##*/}"; done
  for pid in "${pids[@]}"; do wait_for 60 "end of $pid" is_gone "$pid"; done
}

case $verb in
start) start "${3:-3}" ;;
stop) stop ;;
run)
  # Whatever ends who started this ends its input; Ctrl-C reaches both.
  trap : INT TERM HUP
  trap 'stop; umount --lazy "$dir/disk" 2>/dev/null || true; rm -rf "$dir"' EXIT
  start "${3:-3}"
  mkdir "$dir/disk"
  mount -t tmpfs -o size=2m tmpfs "$dir/disk" 2>/dev/null || rmdir "$dir/disk"
  echo ready
  cat >/dev/null || true
  ;;
kill-node | crash-node)
  pid=$(pid_of "slurmd-$3")
  kill -9 "$pid"
  [ "$verb" = kill-node ] || kill_steps "$3"
  wait_for 60 "end" is_gone "$pid"
  declare_dead "$3"
  ;;
start-node) start_node "$3" ;;
kill-ctl) pid=$(pid_of slurmctld); kill -9 "$pid"; wait_for 60 "end" is_gone "$pid" ;;
start-ctl) start_ctl ;;
*) echo "unknown verb $verb" >&2; exit 2 ;;
esac
