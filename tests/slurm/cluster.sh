#!/usr/bin/env bash
# A cluster of Slurm's on this machine, for the tests: a controller, virtual nodes of 2 cores each on
# loopback, and munge; no systemd, cgroups or accounting. DIR holds all it writes.
# usage: cluster.sh start|stop|restart DIR [NODES [PORT]]    restart: the controller alone
set -euo pipefail
dir=$2 nodes=${3:-4} port=${4:-26817}
export SLURM_CONF=$dir/slurm.conf

configure() {
  cat > "$SLURM_CONF" << END
ClusterName=virtual
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
SlurmctldPort=$port
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$dir/munge/socket,cred_expire=5
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool.%n
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.%n.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=2,bf_interval=2,sched_min_interval=0,batch_sched_delay=0
AccountingStorageType=accounting_storage/none
MaxArraySize=${MAX_ARRAY_SIZE:-1001}
KillWait=5
SlurmdTimeout=10
JobRequeue=1
ReturnToService=2
SlurmdParameters=config_overrides
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
NodeName=n[1-$nodes] NodeHostname=localhost NodeAddr=127.0.0.1 Port=$((port + 1))-$((port + nodes)) CPUs=2 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
}

wait_until() {  # COMMAND...: true within 20 seconds
  for _ in $(seq 200); do
    if "$@" 2> /dev/null; then return; fi
    sleep 0.1
  done
  echo "cluster.sh: not so within 20 seconds: $*" >&2
  exit 1
}

all_idle() { [[ $(sinfo --noheader --Node --format=%T | grep -c '^idle$') == "$nodes" ]]; }
answers() { scontrol ping | grep -q 'is UP'; }

start_munge() {
  mkdir -p "$dir/munge" "$dir/state"
  chmod 755 "$dir/munge"
  head -c 128 /dev/urandom > "$dir/munge/key"
  chmod 400 "$dir/munge/key"
  munged --force --socket="$dir/munge/socket" --key-file="$dir/munge/key" \
    --log-file="$dir/munge/log" --pid-file="$dir/munge/pid" --seed-file="$dir/munge/seed"
}

end_of() {  # PIDFILE...: ends the processes, and waits for them
  local file pid
  for file in "$@"; do
    [[ -s $file ]] || continue
    pid=$(cat "$file")
    kill "$pid" 2> /dev/null || continue
    wait_until gone "$pid"
  done
}
gone() { ! kill -0 "$1"; }

case $1 in
  start)
    mkdir -p "$dir"
    configure
    start_munge
    slurmctld -f "$SLURM_CONF"
    for n in $(seq "$nodes"); do slurmd -f "$SLURM_CONF" -N "n$n"; done
    wait_until all_idle
    ;;
  restart)
    end_of "$dir/slurmctld.pid"
    slurmctld -f "$SLURM_CONF"
    wait_until answers
    ;;
  stop) end_of "$dir"/slurmd.*.pid "$dir/slurmctld.pid" "$dir/munge/pid" ;;
  *)
    sed -n '4s/^# //p' "$0" >&2
    exit 2
    ;;
esac
