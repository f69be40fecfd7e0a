#!/usr/bin/env bash
# What only a machine with a GPU shows, in under eight minutes: webgpu on the real device held to the
# recordings, Self-MM and MulT beside PyTorch on CUDA where python3 has it, and TensorFlow on CUDA where
# its library is. What is absent is said, and left out. Needs Deno with its packages cached where there
# is no network.
#
#   tests/bench/gpu.sh [FOLDER]      the logs' folder, else $OUT, else a new one
#
# Exit status: 0 where all that could run is well, 1 where a step failed, 2 where there is no Deno.
set -uo pipefail
cd "$(dirname "$0")/../.."
out=${1:-${OUT:-$(mktemp -d)}}
mkdir -p "$out"
deno=${DENO:-$(command -v deno || timeout 60 npx --yes deno@2.9.6 eval -p 'Deno.execPath()')}
if [ -z "$deno" ]; then
  echo "there is no Deno here: name one with DENO=PATH, or install 2.9.6" >&2
  exit 2
fi
# Seconds after which nothing runs any more, since bash was started.
end=465
failed=0 absent=()

# absent WHAT: says it now and at the end.
absent() {
  echo "-- absent: $1"
  absent+=("$1")
}

# step NAME SECONDS TASK [FLAGS…]: runs the task within so many seconds, shows the end of its log.
step() {
  local name=$1 seconds=$2 left=$((end - SECONDS)) started=$SECONDS status
  shift 2
  if [ "$left" -lt 10 ]; then
    absent "$name, for want of time"
    return
  fi
  echo "== $name"
  timeout --kill-after=5 "$((seconds < left ? seconds : left))" "$deno" task -q "$@" \
    >"$out/$name.log" 2>&1 </dev/null
  status=$?
  tail -n 20 "$out/$name.log"
  [ "$status" -eq 124 ] && echo "-- it ran out of its time"
  echo "== $name: status $status after $((SECONDS - started)) s"
  [ "$status" -eq 0 ] || failed=$((failed + 1))
}

found() { grep -qiE "^Engine $1" "$out/doctor.log"; }

if command -v nvidia-smi >/dev/null; then
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
else
  echo "there is no nvidia-smi here: what follows tells whether there is a GPU all the same"
fi
step doctor 60 doctor

device=$(timeout 60 python3 -c '
import torch
print("cuda" if torch.cuda.is_available() else "cpu")' 2>/dev/null)
case $device in
  cuda) ;;
  cpu) absent "CUDA for PyTorch, whose side runs on the CPU" ;;
  *) absent "PyTorch in python3: our side is measured alone" ;;
esac
export MSA_TORCH_DEVICE=${device:-cpu}

if ! found "webgpu: [0-9]"; then
  absent "an adapter for webgpu: install the GPU's Vulkan driver (libvulkan1, and its file in icd.d)"
else
  isReal=true
  if found "webgpu:.*(llvmpipe|swiftshader|software)"; then
    isReal=false
    absent "a GPU for webgpu: its numbers are those of a driver in software"
  fi
  step layers 60 parity:layers tests/golden/layers.json --engine webgpu
  step recording 50 parity tests/golden/self_mm_features --engine webgpu
  shapes="mosi aligned"
  $isReal && shapes="mosi aligned,mosi full"
  step self-mm 110 bench --only self-mm --shapes "$shapes" --engine webgpu --pairs 1
  if $isReal; then
    step mult 70 bench --only models --models mult --engine webgpu --pairs 1
  else
    absent "mult on webgpu, which takes minutes in software"
  fi
fi

if found "tensorflow:.*GPU:0"; then
  step tensorflow 50 parity tests/golden/self_mm_features --engine tensorflow --device gpu
  step tensorflow-self-mm 60 bench --only self-mm --shapes "mosi full" --engine tensorflow --pairs 1
else
  absent "TensorFlow on CUDA: deno task engine:install --cuda, with network and a GPU's driver"
fi

echo "== $failed steps failed in $SECONDS s; logs are in $out"
[ "${#absent[@]}" -eq 0 ] || printf -- '-- absent: %s\n' "${absent[@]}"
[ "$failed" -eq 0 ]
