# SPDX-License-Identifier: Apache-2.0
# Builds what the rig boots, from Debian's own packages, below build/rig: two kernels (stock
# and PREEMPT_RT) with gpio-sim as a module, and one root image for both. Sourced by run.
# Nothing of this is installed on the machine or committed.

RIG=$PWD/build/rig
RIG_FLAVOURS=(amd64 rt-amd64)
# What an installed machine has, plus what drives the rig: jq, cyclictest.
RIG_GUEST_PACKAGES=(base-files base-passwd systemd udev kmod dash coreutils mount util-linux
    busybox-static jq rt-tests libzmq5 libmodbus5 libsqlite3-0 libinih1 libjansson4 libgpiod2 gpiod
    libncursesw6 libsystemd0)
# Nothing that a rig needs; each costs seconds without KVM.
RIG_MASKED=(getty.target getty-static.service systemd-random-seed.service
    systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-user-sessions.service
    systemd-journal-flush.service systemd-modules-load.service systemd-remount-fs.service
    dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount
    systemd-ask-password-console.path systemd-ask-password-wall.path)

# The version that the kernel's metapackage stands for now, e.g. 6.1.0-42.
rig_kernel_version() {
    local name
    name=$(apt-cache depends "linux-image-$1" | sed -n 's/.*Depends: linux-image-//p' | head -n 1)
    echo "${name%-"$1"}"
}

rig_mirror() {
    apt-get indextargets --format '$(REPO_URI)' | sort -u | grep -v security | head -n 1
}

# rig_kernel FLAVOUR VERSION: image and modules unpacked, gpio-sim.ko built
rig_kernel() {
    local name=$2-$1 folder=$RIG/kernel-$1
    mkdir -p "$folder"
    (cd "$folder" && apt-get download -qq -o APT::Sandbox::User=root "linux-image-$name")
    dpkg -x "$folder"/linux-image-*.deb "$folder/unpacked"
    mv "$folder/unpacked/boot/vmlinuz-$name" "$folder/vmlinuz"
    cp -r "$RIG/gpio-sim" "$folder/"
    make -s -C "/usr/src/linux-headers-$name" M="$folder/gpio-sim" modules
    rig_modules "$folder" "$name"
    rm -rf "$folder/unpacked" "$folder"/*.deb
}

# Debian ships neither gpio-sim nor the simulated interrupts it stands on: one module of both.
rig_gpio_sim_source() {
    local source=$RIG/gpio-sim
    mkdir -p "$source"
    tar -xJf /usr/src/linux-source-6.1.tar.xz -C "$source" --strip-components=3 --occurrence=1 \
        linux-source-6.1/drivers/gpio/gpio-sim.c linux-source-6.1/drivers/gpio/gpiolib.h \
        linux-source-6.1/kernel/irq/irq_sim.c
    mv "$source/gpio-sim.c" "$source/gpio-sim-main.c"
    # irq_to_desc is not exported; this entry does the same.
    sed -i 's/handle_simple_irq(irq_to_desc(irqnum))/generic_handle_irq(irqnum)/' "$source/irq_sim.c"
    printf 'obj-m := gpio-sim.o\ngpio-sim-y := gpio-sim-main.o irq_sim.o\n' >"$source/Makefile"
}

# The modules that the guest loads, in one archive that is put behind the root image.
rig_modules() {
    local out=$1/modules module
    mkdir -p "$out/rig/modules"
    for module in fs/configfs/configfs drivers/watchdog/watchdog drivers/watchdog/i6300esb; do
        cp "$1/unpacked/lib/modules/$2/kernel/$module.ko" "$out/rig/modules/"
    done
    cp "$1/gpio-sim/gpio-sim.ko" "$out/rig/modules/"
    (cd "$out" && find . | cpio --quiet -o -H newc >"$1/modules.cpio")
}

rig_root() {
    local root=$RIG/root folder
    mmdebstrap --quiet --variant=extract --include="$(IFS=,; echo "${RIG_GUEST_PACKAGES[*]}")" \
        bookworm "$root" "$(rig_mirror)"
    for folder in bin sbin lib lib64; do
        mkdir -p "$root/usr/$folder"
        cp -a "$root/$folder/." "$root/usr/$folder/" && rm -rf "${root:?}/$folder"
        ln -s "usr/$folder" "$root/$folder"
    done
    rm -rf "$root"/usr/share/{doc,man,locale,i18n,bash-completion,zsh,common-licenses} \
        "$root"/usr/lib/udev/hwdb.* "$root"/var/{cache,run,lib/apt,lib/dpkg} \
        "$root"/usr/lib/x86_64-linux-gnu/gconv
    mkdir -p "$root"/{proc,sys,run,tmp,root,etc,var/lib,rig}
    rm -rf "$root"/dev && mkdir "$root/dev"
    ln -s /run "$root/var/run"
    cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
    cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
    cp "$root/bin/busybox" "$root/rig/"
}

# libgpiod 2 is Debian 13's. Its library runs on Debian 12's C library, so the daemon is built
# a second time with it, and with nothing else of Debian 13, and stands beside the installed one.
rig_gpiod2() {
    local debian13=$RIG/debian13 gpiod2=$RIG/gpiod2 lib=usr/lib/x86_64-linux-gnu
    [ -e "$debian13/usr" ] || mmdebstrap --quiet --variant=extract --include=libgpiod-dev trixie \
        "$debian13" "$(rig_mirror)"
    mkdir -p "$gpiod2"/{lib,include}
    cp -P "$debian13/$lib"/libgpiod.so* "$gpiod2/lib/"
    cp "$debian13/usr/include/gpiod.h" "$gpiod2/include/"
    sed "s|^libdir=.*|libdir=$gpiod2/lib|; s|^includedir=.*|includedir=$gpiod2/include|" \
        "$debian13/$lib/pkgconfig/libgpiod.pc" >"$gpiod2/libgpiod.pc"
    PKG_CONFIG_PATH=$gpiod2 cmake -S . -B "$gpiod2/build" -G Ninja \
        -DCMAKE_BUILD_TYPE=RelWithDebInfo -DBUILD_TESTING=OFF -DCMAKE_INSTALL_PREFIX=/usr
    cmake --build "$gpiod2/build" --target revhyperd
}

# The installed tree, and what makes a rig of it.
rig_guest() {
    local root=$1 unit wants=$1/etc/systemd/system/multi-user.target.wants tool
    DESTDIR=$root cmake --install build/package --component machine >/dev/null
    rm -rf "$root"/usr/share/{doc,man}
    mkdir -p "$wants"
    cp -r tests/rig/guest/etc/. "$root/etc/"
    cp tests/rig/machine.conf "$root/etc/revhyper/machines/rig.conf"
    cp tests/rig/guest/{agent,chip,workers} "$root/rig/"
    for tool in hang edges; do
        gcc -O2 -Wall -Wextra -Werror -static -o "$root/rig/$tool" "tests/rig/$tool.c"
    done
    install -D -m 755 "$RIG/gpiod2/build/bin/revhyperd" "$root/opt/gpiod2/revhyperd"
    cp "$RIG"/gpiod2/lib/libgpiod.so.3 "$root/opt/gpiod2/"
    for unit in rig-agent rig-chip rig-stream rig-workers; do
        ln -sf "/etc/systemd/system/$unit.service" "$wants/"
    done
    for unit in revhyperd revhyper-sim; do
        ln -sf "/usr/lib/systemd/system/$unit.service" "$wants/"
    done
    for unit in "${RIG_MASKED[@]}"; do
        ln -sf /dev/null "$root/etc/systemd/system/$unit"
    done
    ln -sf /usr/lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
    rm -f "$root/init" && cp tests/rig/guest/init "$root/init"
    echo rig >"$root/etc/hostname"
    echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
    chroot "$root" systemd-sysusers >/dev/null 2>&1
}

# In one piece without compression: unpacking is the dearest part of a boot without KVM.
rig_archive() {
    (cd "$RIG/root" && find . | cpio --quiet -o -H newc >"$RIG/root.cpio")
    for flavour in "${RIG_FLAVOURS[@]}"; do
        cat "$RIG/root.cpio" "$RIG/kernel-$flavour/modules.cpio" >"$RIG/kernel-$flavour/initrd"
    done
}

rig_build() {
    local version flavour job jobs=()
    version=$(rig_kernel_version amd64)
    rm -rf "$RIG" && mkdir -p "$RIG"
    rig_root >"$RIG/root.log" 2>&1 &
    jobs+=($!)
    rig_gpiod2 >"$RIG/gpiod2.log" 2>&1 &
    jobs+=($!)
    rig_gpio_sim_source
    for flavour in "${RIG_FLAVOURS[@]}"; do
        rig_kernel "$flavour" "$version"
    done
    for job in "${jobs[@]}"; do
        wait "$job" || { tail -n 20 "$RIG"/*.log >&2; exit 1; }
    done
    rig_guest "$RIG/root"
    rig_archive
}
