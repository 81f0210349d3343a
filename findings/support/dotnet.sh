# Sourced by the scripts beside it and by those of this folder: a program of .NET in a temporary folder, with public packages. Nothing of Durascope
# takes part. Needs .NET SDK 10. `project PACKAGE VERSION...` goes into a new folder with an app.csproj (`output` is its OutputType), `build ARGUMENTS`
# builds it or ends with what the compiler says, `run` runs it, `is WHAT SEEN EXPECTED` tells both and fails where they differ.
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
output=Exe

project() {
  cd "$(mktemp -d "$work/XXXXXX")"
  {
    echo '<Project Sdk="Microsoft.NET.Sdk">'
    echo "<PropertyGroup><TargetFramework>net10.0</TargetFramework><OutputType>$output</OutputType><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>"
    echo '<ItemGroup>'
    while [ $# -gt 0 ]; do
      echo "<PackageReference Include=\"$1\" Version=\"$2\" />"
      shift 2
    done
    echo '</ItemGroup></Project>'
  } > app.csproj
}

build() {
  dotnet build -v quiet -nologo "$@" > built.txt 2>&1 || {
    grep -m 5 error built.txt >&2 || tail -5 built.txt >&2
    exit 1
  }
}

run() {
  timeout 120 dotnet bin/Debug/net10.0/app.dll
}

is() {
  echo "$1: $2"
  [ "$2" = "$3" ] || {
    echo "CHANGED: expected $3"
    exit 1
  }
}
